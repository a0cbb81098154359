using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>An optimizer with its state. A step neither waits for the device nor makes tensors that outlive it.</summary>
internal abstract class OptimizerModule : IDisposable
{
    // The fused operators give each 65,536 values of a tensor to one multiprocessor, and take so many tensors at once: few values are cut, for all to work.
    private const int MostSlices = 36;
    private const long ValuesOfSlices = MostSlices * 65_536L;
    private const int SliceAlignment = 1024;

    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly Tensor[] _rates;
    private readonly List<KeyValuePair<string, Tensor>> _state = [];
    private readonly List<Tensor> _slices = [];

    protected OptimizerModule(FlatParameters parameters)
    {
        _groups = parameters.Groups;
        // The fused operators read float32 from the GPU's memory, and take the number as it is on the CPU.
        _rates = [.. _groups.Select(group => NewZeros(group.Values.device_type == DeviceType.CPU ? ScalarType.Float64 : ScalarType.Float32, group.Values.device))];
    }

    /// <summary>Everything that a next step depends on beside the weights and the learning rate; updated in place.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => _state;

    /// <summary>Sets the learning rate, which each group takes times its own factor.</summary>
    public void SetLearningRate(double rate)
    {
        for (var i = 0; i < _rates.Length; i++)
        {
            using var number = (rate * _groups[i].LearningRateFactor).ToScalar();
            _rates[i].fill_(number);
        }
    }

    /// <summary>Moves the weights of all groups that are trained now along their gradients.</summary>
    public void Step()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        for (var i = 0; i < _groups.Count; i++)
        {
            if (_groups[i].IsActive)
                Step(i, _groups[i], _rates[i]);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _slices.Concat(_rates).Concat(_state.Select(entry => entry.Value)))
            tensor.Dispose();
    }

    /// <summary>Moves the weights of one group.</summary>
    /// <param name="index">The group's index.</param>
    /// <param name="group">The group.</param>
    /// <param name="rate">Its learning rate: a tensor without dimensions on its device.</param>
    protected abstract void Step(int index, ParameterGroup group, Tensor rate);

    /// <summary>A part of the state: for each group a tensor of zeros of its values' shape and type.</summary>
    protected Tensor[] NewMoments(string name) => NewState(name, group => zeros_like(group.Values).DetachFromDisposeScope());

    /// <summary>A part of the state: for each group a number of steps, 0, as a tensor without dimensions on its device.</summary>
    protected Tensor[] NewCounters(ScalarType type) => NewState("steps", group => NewZeros(type, group.Values.device));

    /// <summary>A tensor of each group as the fused operators like it: in slices, or whole. Disposed with the optimizer.</summary>
    protected Tensor[][] Slices(Func<int, ParameterGroup, Tensor> flat) => [.. _groups.Select((group, i) => Slices(flat(i, group)))];

    private Tensor[] Slices(Tensor flat)
    {
        if (flat.device_type != DeviceType.CUDA || flat.numel() > ValuesOfSlices)
            return [flat];
        var length = (((flat.numel() - 1) / MostSlices / SliceAlignment) + 1) * SliceAlignment;
        Tensor[] slices = [.. flat.split(length).Select(slice => slice.DetachFromDisposeScope())];
        _slices.AddRange(slices);
        return slices;
    }

    private Tensor[] NewState(string name, Func<ParameterGroup, Tensor> create)
    {
        Tensor[] tensors = [.. _groups.Select(create)];
        _state.AddRange(tensors.Select((tensor, i) => KeyValuePair.Create($"{name}.{i}", tensor)));
        return tensors;
    }

    private static Tensor NewZeros(ScalarType type, Device device) => zeros(Array.Empty<long>(), dtype: type, device: device).DetachFromDisposeScope();
}
