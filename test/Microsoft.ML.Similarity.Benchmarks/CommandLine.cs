using System.Globalization;
using TorchSharp;

namespace Microsoft.ML.Similarity.Benchmarks;

/// <summary>The arguments and options of one benchmark, checked.</summary>
internal sealed class CommandLine
{
    private static readonly Dictionary<string, bool> CommonOptions = new() { ["--device"] = true, ["--seed"] = true, ["--data"] = true };

    private readonly Dictionary<string, List<string>> _options = [];

    /// <exception cref="UsageException">An option is unknown, or lacks its value; an argument is missing or too many.</exception>
    public CommandLine(IBenchmark benchmark, ReadOnlySpan<string> words)
    {
        var arguments = new List<string>();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                arguments.Add(word);
                continue;
            }
            if (!benchmark.Options.TryGetValue(word, out var hasValue) && !CommonOptions.TryGetValue(word, out hasValue))
                throw new UsageException($"'{benchmark.Name}' has no option {word}; it has {string.Join(", ", benchmark.Options.Keys.Concat(CommonOptions.Keys))}.");
            if (hasValue && (i + 1 == words.Length || words[i + 1].StartsWith("--", StringComparison.Ordinal)))
                throw new UsageException($"The option {word} needs a value.");
            if (!_options.TryAdd(word, []) && !benchmark.RepeatedOptions.Contains(word))
                throw new UsageException($"The option {word} was given twice.");
            _options[word].AddRange(hasValue ? [words[++i]] : []);
        }
        if (benchmark.ArgumentCount is { } count && arguments.Count != count)
            throw new UsageException($"'{benchmark.Name}' takes {count} argument(s), got {arguments.Count}: {benchmark.Name} {benchmark.Usage}".TrimEnd());
        Arguments = arguments;
        GpuDeviceId = ParseDevice(Text("--device") ?? "cpu");
        Seed = Number("--seed", least: int.MinValue) ?? 1;
        DataFolder = Text("--data") ?? FindData();
    }

    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Null for the CPU.</summary>
    public int? GpuDeviceId { get; }

    public torch.Device TorchDevice => GpuDeviceId is { } id ? new torch.Device(DeviceType.CUDA, id) : torch.CPU;

    public string Device => GpuDeviceId is { } id ? $"cuda:{id}" : "cpu";

    public int Seed { get; }

    public string DataFolder { get; }

    /// <summary>A context with the seed and the device; a GPU that is not there is an error, not the CPU.</summary>
    public MLContext CreateContext() => new(Seed) { GpuDeviceId = GpuDeviceId, FallbackToCpu = false };

    public bool Has(string option) => _options.ContainsKey(option);

    public string? Text(string option) => Texts(option) is [var first, ..] ? first : null;

    /// <summary>The values of an option that may be given several times.</summary>
    public IReadOnlyList<string> Texts(string option) => _options.GetValueOrDefault(option, []);

    /// <summary>The options given, as words of a command line.</summary>
    /// <param name="except">An option that is left out.</param>
    public IEnumerable<string> OptionsExcept(string except) => _options
        .Where(option => option.Key != except)
        .SelectMany(option => (string[])[option.Key, .. option.Value]);

    public int? Number(string option, int least)
    {
        if (Text(option) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least
            ? value
            : throw new UsageException($"The option {option} is '{text}'; it must be a whole number{(least > int.MinValue ? $" of at least {least}" : "")}.");
    }

    /// <summary>One of the names of an enumeration, in any case of letters.</summary>
    public T? Choice<T>(string option)
        where T : struct, Enum => Choices<T>(option) is [var first, ..] ? first : null;

    /// <summary>Those of the names of an enumeration that were given, in any case of letters.</summary>
    public IReadOnlyList<T> Choices<T>(string option)
        where T : struct, Enum => [.. Texts(option).Select(text =>
            Array.Find(Enum.GetNames<T>(), name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) is { } name
                ? Enum.Parse<T>(name)
                : throw new UsageException($"The option {option} is '{text}'; it must be one of {string.Join(", ", Enum.GetNames<T>())}."))];

    /// <summary>A file by its path, or else by its path in the data folder.</summary>
    public string FindFile(string path)
    {
        var inData = Path.Combine(DataFolder, path);
        return File.Exists(path) ? path
            : File.Exists(inData) ? inData
            : throw new UsageException($"There is no file '{Path.GetFullPath(path)}' nor '{Path.GetFullPath(inData)}'.");
    }

    private static int? ParseDevice(string text) =>
        text == "cpu" ? null
        : text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
        : throw new UsageException($"The device is '{text}'; it must be cpu, or cuda:N with N counted from 0.");

    // ../shared/data of the repository, wherever in it the program was started.
    private static string FindData()
    {
        for (var folder = new DirectoryInfo(Environment.CurrentDirectory); folder?.Parent is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Microsoft.ML.Similarity.sln")))
                return Path.Combine(folder.Parent.FullName, "shared", "data");
        }
        return Path.Combine("..", "shared", "data");
    }
}
