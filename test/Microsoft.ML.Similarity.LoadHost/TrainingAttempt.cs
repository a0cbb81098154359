using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>Tries to train where there is no libtorch, and prints what is thrown.</summary>
internal static class TrainingAttempt
{
    public static void Run()
    {
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(i => new Row { Label = i % 2, Features = [i, i * i] }));
        try
        {
            ml.Similarity.Trainers.Triplet().Fit(rows);
            Console.WriteLine("trained");
        }
        catch (InvalidOperationException e)
        {
            Console.WriteLine($"{e.GetType().Name}: {e.Message}");
        }
    }

    private sealed class Row
    {
        public int Label { get; set; }

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
