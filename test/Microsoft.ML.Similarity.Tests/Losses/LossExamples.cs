using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Losses.Pairs;

namespace Microsoft.ML.Similarity.Tests.Losses;

/// <summary>A declaration of every type there is: by default, and where something is required, with that.</summary>
internal static class LossExamples
{
    public static IEnumerable<Loss> Losses => All<Loss>();

    public static IEnumerable<PairLoss> PairLosses => All<PairLoss>();

    public static object Create(Type type) =>
        type == typeof(MatryoshkaLoss) ? new MatryoshkaLoss { Inner = new SupConLoss(), Dimensions = [2, 3] }
        : type == typeof(SumLoss) ? new SumLoss { Terms = [new(new MultiSimilarityLoss()), new(new NTXentLoss(), 0.5)] }
        : type == typeof(MatryoshkaPairLoss) ? new MatryoshkaPairLoss { Inner = new MultipleNegativesRankingLoss(), Dimensions = [4, 2] }
        : type == typeof(SumPairLoss) ? new SumPairLoss { Terms = [new(new MultipleNegativesRankingLoss()), new(new CosineRegressionLoss(), 0.5)] }
        : type == typeof(LabeledPairLoss) ? new LabeledPairLoss { Loss = new SupConLoss() }
        : Activator.CreateInstance(type)!;

    private static IEnumerable<T> All<T>() =>
        from type in typeof(T).Assembly.GetTypes()
        where type.IsSubclassOf(typeof(T)) && !type.IsAbstract
        orderby type.Name
        select (T)Create(type);
}
