// What a user of the package writes, run from the package by ../package-smoke.sh; the last line tells it that all went well.
using Microsoft.ML;
using TorchSharp;

var ml = new MLContext(seed: 1);
Check("The catalog is the context's own", ReferenceEquals(ml.Similarity, ml.GetSimilarity()));

using var identity = torch.eye(3);
using var product = identity.matmul(identity);
Check("libtorch multiplies", product.sum().item<float>() == 3);

Console.WriteLine("The package works.");

static void Check(string what, bool holds)
{
    if (!holds)
        throw new InvalidOperationException($"{what}: no.");
    Console.WriteLine($"{what}: yes.");
}
