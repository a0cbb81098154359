using Microsoft.ML.Similarity.Distances;
using Microsoft.ML.Similarity.Losses;
using Microsoft.ML.Similarity.Miners;

namespace Microsoft.ML.Similarity.Tests.Training.Checkpoints;

/// <summary>Another loss, as a user might write one, that asks for an end of training after some batches.</summary>
internal sealed record InterruptingLoss : Loss
{
    private readonly Action? _interrupt;
    private readonly int _batches;

    /// <param name="inner">The loss.</param>
    /// <param name="interrupt">What to do after the batches, or null.</param>
    /// <param name="batches">How many.</param>
    public InterruptingLoss(Loss inner, Action? interrupt = null, int batches = 0)
    {
        Inner = inner;
        _interrupt = interrupt;
        _batches = batches;
    }

    public Loss Inner { get; init; }

    internal override bool NeedsClasses => Inner.NeedsClasses;

    internal override Distance DefaultDistance(bool normalize) => Inner.DefaultDistance(normalize);

    protected override LossModule BuildModule(LossContext? context) => new Module(Inner.Within(Distance).CreateModule(context), _interrupt, _batches);

    private sealed class Module : LossModule
    {
        private readonly LossModule _inner;
        private readonly Action? _interrupt;
        private int _left;

        public Module(LossModule inner, Action? interrupt, int batches)
            : base(nameof(InterruptingLoss))
        {
            register_module("inner", _inner = inner);
            (_interrupt, _left) = (interrupt, batches);
        }

        public override LossValue forward(EmbeddedBatch batch, TupleSelection? selection)
        {
            if (--_left == 0)
                _interrupt?.Invoke();
            return _inner.call(batch, selection);
        }
    }
}
