using Microsoft.ML.Similarity.Benchmarks;

IBenchmark[] benchmarks =
[
    new DigitsBenchmark(), new GradientCacheBenchmark(), new ImageThroughputBenchmark(), new InferenceBenchmark(), new KnnBenchmark(), new KnnStressBenchmark(), new LargeDataBenchmark(), new LossesBenchmark(), new OpenSetTableBenchmark(), new ResumeBenchmark(), new StepsBenchmark(),
];

try
{
    if (args is [])
        throw new UsageException("No benchmark was named.");
    if (args is ["list"])
    {
        foreach (var each in benchmarks)
            Console.WriteLine($"{each.Name} {each.Usage}".TrimEnd());
        return 0;
    }
    var benchmark = Array.Find(benchmarks, b => b.Name == args[0])
        ?? throw new UsageException($"There is no benchmark '{args[0]}'.");
    benchmark.Run(new CommandLine(benchmark, args.AsSpan(1)), new Report(benchmark.Name, Console.Out, Console.Error));
    return 0;
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine("Usage: NAME [arguments] [--device cpu|cuda:N] [--seed N] [--data FOLDER]; 'list' names all benchmarks.");
    return 2;
}
catch (InvalidOperationException e)
{
    // What the library says of data it cannot use, or of a GPU that is not there.
    Console.Error.WriteLine(e.Message);
    return 1;
}
