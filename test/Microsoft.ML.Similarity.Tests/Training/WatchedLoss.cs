using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;

namespace Microsoft.ML.Similarity.Tests.Training;

/// <summary>Another loss that tells its value for each batch.</summary>
internal sealed record WatchedLoss(Loss Inner, Action<double> Tell) : Loss
{
    internal override Distance DefaultDistance(bool normalize) => Inner.DefaultDistance(normalize);

    protected override LossModule BuildModule(LossContext? context) => new Module(Inner.Within(Distance).CreateModule(context), Tell);

    private sealed class Module : LossModule
    {
        private readonly LossModule _inner;
        private readonly Action<double> _tell;

        public Module(LossModule inner, Action<double> tell)
            : base(nameof(WatchedLoss))
        {
            register_module("inner", _inner = inner);
            _tell = tell;
        }

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            var value = _inner.call(batch, selection);
            _tell(value.Value.detach().item<float>());
            return value;
        }
    }
}
