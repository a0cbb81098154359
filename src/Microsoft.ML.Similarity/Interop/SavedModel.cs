using System.Reflection;
using System.Text.Json;
using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>
/// What one saved transformer looks like inside ML.NET's zip: a version header that names this assembly, so that
/// <c>ml.Model.Load</c> needs no registration, and named streams: <c>Options</c> (JSON) and binary ones.
/// </summary>
internal static class SavedModel
{
    // Raise Written with every change of the form, Readable only when versions before cannot read it any more.
    private const uint Written = 0x00010002;
    private const uint Readable = 0x00010001;
    private const uint ReadableBack = 0x00010001;
    private const string OptionsStream = "Options";

    /// <param name="context">Where ML.NET wants the model.</param>
    /// <param name="signature">Eight characters: the kind of transformer; the loader's signature too.</param>
    public static void WriteHeader(ModelSaveContext context, string signature)
    {
        context.CheckAtModel();
        context.SetVersionInfo(Version(signature));
    }

    public static void WriteOptions<T>(ModelSaveContext context, T options) =>
        context.SaveBinaryStream(OptionsStream, writer =>
            writer.Write(JsonSerializer.SerializeToUtf8Bytes(new Envelope<T>(LibraryVersion, options), DeclarationJson.Options)));

    public static void WriteStream(ModelSaveContext context, string name, Action<Stream> write) =>
        context.SaveBinaryStream(name, writer =>
        {
            writer.Flush();
            write(writer.BaseStream);
        });

    public static void CheckHeader(ModelLoadContext context, string signature) => context.CheckAtModel(Version(signature));

    /// <exception cref="FormatException">The options are missing, damaged, or hold a part this version does not know.</exception>
    public static T ReadOptions<T>(ModelLoadContext context)
    {
        var bytes = ReadStream(context, OptionsStream, stream =>
        {
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            return memory.ToArray();
        });
        try
        {
            return JsonSerializer.Deserialize<Envelope<T>>(bytes, DeclarationJson.Options)!.Options;
        }
        // The latter two: a declaration without its kind, and one whose own checks refuse a value.
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            throw new FormatException(Explain(bytes, e), e);
        }
    }

    /// <exception cref="FormatException">The model holds no such stream.</exception>
    public static T ReadStream<T>(ModelLoadContext context, string name, Func<Stream, T> read)
    {
        var result = default(T);
        if (!context.TryLoadBinaryStream(name, reader => result = read(reader.BaseStream)))
            throw new FormatException($"The saved model is incomplete: its part '{name}' is missing.");
        return result!;
    }

    private static readonly string LibraryVersion =
        typeof(SavedModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static string Explain(byte[] options, Exception error)
    {
        string? savedBy = null;
        try
        {
            using var document = JsonDocument.Parse(options);
            savedBy = document.RootElement.GetProperty("savedBy").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not even the envelope can be read: the file is damaged, not new.
        }
        return savedBy is not null && savedBy != LibraryVersion
            ? $"The model was saved by version {savedBy} of Microsoft.ML.Similarity and holds a part that version {LibraryVersion} does not know ({(error as JsonException)?.Path ?? error.Message}). Load it with version {savedBy} or newer."
            : $"The saved model is damaged: its options cannot be read ({error.Message}).";
    }

    private static VersionInfo Version(string signature) => new(
        signature, Written, Readable, ReadableBack,
        loaderAssemblyName: typeof(SavedModel).Assembly.FullName!, loaderSignature: signature);

    private sealed record Envelope<T>(string SavedBy, T Options);
}
