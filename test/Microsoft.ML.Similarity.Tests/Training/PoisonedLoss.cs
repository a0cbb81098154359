using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;
using static Microsoft.ML.Similarity.Tensors.Numbers;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>What goes wrong with a batch.</summary>
public enum Poison
{
    None,
    LossIsNaN,
    LossIsInfinite,
    GradientIsNaN,
}

/// <summary>Another loss, as a user might write one, of which some batches have no finite value or gradient.</summary>
/// <param name="Inner">The loss.</param>
/// <param name="Choose">What goes wrong with a batch, by its number in the training, from 0.</param>
internal sealed record PoisonedLoss(Loss Inner, Func<int, Poison> Choose) : Loss
{
    internal override bool NeedsClasses => Inner.NeedsClasses;

    internal override Distance DefaultDistance(bool normalize) => Inner.DefaultDistance(normalize);

    protected override LossModule BuildModule(LossContext? context) => new Module(Inner.Within(Distance).CreateModule(context), Choose);

    public override string ToString() => $"{Inner}";

    private sealed class Module : LossModule
    {
        private readonly LossModule _inner;
        private readonly Func<int, Poison> _choose;
        private int _batches;

        public Module(LossModule inner, Func<int, Poison> choose)
            : base(nameof(PoisonedLoss))
        {
            register_module("inner", _inner = inner);
            _choose = choose;
        }

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var value = _inner.call(batch, selection);
            var embeddings = batch.Embeddings;
            return _choose(_batches++) switch
            {
                Poison.LossIsNaN => value with { Value = value.Value * Number(double.NaN) },
                Poison.LossIsInfinite => value with { Value = value.Value + Number(double.PositiveInfinity) },
                Poison.GradientIsNaN => value with { Value = value.Value + (embeddings - embeddings.detach()).sqrt().sum() * Zero },
                _ => value,
            };
        }
    }
}
