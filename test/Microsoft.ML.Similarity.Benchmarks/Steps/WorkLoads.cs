using Microsoft.ML.Similarity.Augmentation;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using Microsoft.ML.Similarity.Training;

namespace Microsoft.ML.Similarity.Benchmarks.Steps;

/// <summary>The work loads of the peer scripts.</summary>
internal static class WorkLoads
{
    private static readonly ImageShape Grey = new(1, 56, 56);
    private static readonly ImageShape Large = new(3, 112, 112);
    private static readonly ImageShape Small = new(3, 32, 32);

    public static IReadOnlyList<WorkLoad> All { get; } =
    [
        new TrainingLoad("mlp", 128, 64, 4, () => new()
        {
            Encoder = new MlpEncoder { HiddenWidths = [512], OutputDimension = 128, LinearShortcut = false, StandardizeInputs = false, L2Normalize = false },
            Loss = new SupConLoss(),
        }) { BesidePml = true, BesideTuned = true },
        Conv4("conv4", new TripletLoss { Margin = 0.2 }) with { BesidePml = true },
        Conv4("conv4-supcon", new SupConLoss()) with { BesideTuned = true },
        ResNet18("resnet18", new MultiSimilarityLoss { Alpha = 2, Beta = 50, Base = 0.5 }) with { BesidePml = true },
        ResNet18("resnet18-supcon", new SupConLoss()) with { BesideTuned = true },
        ResNet18("resnet18-bf16", new MultiSimilarityLoss { Alpha = 2, Beta = 50, Base = 0.5 }, TrainingPrecision.BFloat16) with { BesidePml = true },
        ResNet18("resnet18-bf16-supcon", new SupConLoss(), TrainingPrecision.BFloat16) with { BesideTuned = true },
        SimClr("simclr", new NTXentLoss { Temperature = 0.5 }) with { BesidePml = true },
        SimClr("simclr-supcon", new SupConLoss()) with { BesideTuned = true },
        SimClr("simclr-bf16", new NTXentLoss { Temperature = 0.5 }, TrainingPrecision.BFloat16),
        SimClr("simclr-bf16-supcon", new SupConLoss(), TrainingPrecision.BFloat16) with { BesideTuned = true },
        new LossLoad("triplets-all-4096", 128, 64, 64, new TripletLoss { Margin = 0.2 }) { BesidePml = true },
    ];

    // With what pytorch-metric-learning's users put around the loss, except where the loss is the tuned scripts'.
    private static TrainingLoad Conv4(string name, Loss loss) => new(name, Grey.Length, 32, 4, () => new()
    {
        Encoder = new ConvNetEncoder { Image = Grey, OutputDimension = 128, StandardizeInputs = false, L2Normalize = false },
        Loss = loss,
        Miner = loss is SupConLoss ? null : new BatchHardMiner(),
        Augmentation = loss is SupConLoss ? null : new RandomAffine { Degrees = 15, Translate = 0.05, Scale = 0.2, Shear = 0.2 },
    });

    private static TrainingLoad ResNet18(string name, Loss loss, TrainingPrecision precision = TrainingPrecision.TensorFloat32) => new(name, Large.Length, 64, 4, () => new()
    {
        Encoder = new ResNetEncoder { Image = Large, OutputDimension = 128, StandardizeInputs = false, L2Normalize = false },
        Loss = loss,
        Miner = loss is SupConLoss ? null : new MultiSimilarityMiner { Epsilon = 0.1 },
        Precision = precision,
    });

    private static TrainingLoad SimClr(string name, Loss loss, TrainingPrecision precision = TrainingPrecision.TensorFloat32) => new(name, Small.Length, 512, 2, () => new()
    {
        Encoder = new ResNetEncoder
        {
            Image = Small,
            SmallImages = true,
            ProjectionWidths = [512],
            OutputDimension = 128,
            StandardizeInputs = false,
            L2Normalize = false,
        },
        Loss = loss,
        Precision = precision,
    });
}
