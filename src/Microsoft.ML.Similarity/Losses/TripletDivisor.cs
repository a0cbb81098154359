using static Microsoft.ML.Similarity.Tensors.Numbers;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Losses;

/// <summary>What a sum over triplets is divided by: the reducers that need no single triplets.</summary>
internal static class TripletDivisor
{
    /// <exception cref="ArgumentException">The reducer needs single triplets.</exception>
    public static void Check(Reducer? reducer)
    {
        if (reducer is not (null or NonZeroMeanReducer or MeanReducer or SumReducer))
        {
            throw new ArgumentException(
                $"Reducer is {reducer.GetType().Name}; triplets are summed without being listed, so it must be {nameof(NonZeroMeanReducer)}, {nameof(MeanReducer)} or {nameof(SumReducer)}.", nameof(reducer));
        }
    }

    /// <param name="reducer">As checked.</param>
    /// <param name="active">The weighted number of triplets that have a loss.</param>
    /// <param name="selected">The weighted number of all triplets.</param>
    public static Tensor Of(Reducer? reducer, Tensor active, Tensor selected)
    {
        var count = reducer switch
        {
            MeanReducer => selected,
            SumReducer => ones_like(active),
            _ => active,
        };
        return count.masked_fill(count.eq(Zero), One);
    }
}
