using System.Runtime.InteropServices;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Graphs;

/// <summary>
/// Lets a GPU repeat a training's steps by itself: the first are done as ever, one is captured, and from then on a step is one launch. Results are
/// the same, to the order in which the GPU adds.
/// </summary>
/// <remarks>
/// What waits for the device cannot be captured, and libtorch would end the process over it. So before a step is captured, several are done with waiting
/// forbidden: where one fails, the state of before it comes back, the reason goes to the log, and steps are done as ever.
/// </remarks>
internal sealed unsafe class StepGraph : IDisposable
{
    // Libraries set themselves up, and TorchScript looks at its first calls.
    private const int FreeSteps = 3;
    private const int CheckedSteps = 5;
    private const int WaitingFails = 2;

    private readonly CudaGraphLibrary _library;
    private readonly Device _device;
    private readonly IChannel _channel;
    private readonly DrawTape _draws = new();
    private CudaSideStream? _side;
    private CudaGraph? _graph;
    private bool _isRefused;
    private int _steps;

    private StepGraph(CudaGraphLibrary library, Device device, IChannel channel)
    {
        _library = library;
        _device = device;
        _channel = channel;
    }

    /// <summary>The graph of a training, if it can have one; the log says why not.</summary>
    public static StepGraph? TryCreate(TrainingSettings settings, Objective objective, Device device, IChannel channel)
    {
        var reason = device.type != DeviceType.CUDA ? $"they are for GPUs, and training runs on {device}"
            : !CudaGraphLibrary.TryGet(out var library, out var missing) ? $"libtorch's functions for them were not found: {missing}"
            : settings.GradientCacheChunkSize is not null ? "with GradientCacheChunkSize a step is not one piece of work"
            : !objective.IsOnDevice ? "the host relates the rows of each batch by their labels"
            : null;
        if (reason is null)
            return new StepGraph(CudaGraphLibrary.TryGet(out var found, out _) ? found : throw new InvalidOperationException(), device, channel);
        channel.Info(MessageSensitivity.None, "Steps are not captured as CUDA graphs: {0}.", reason);
        return null;
    }

    /// <summary>Takes this thread to a stream whose work can be captured; all steps belong within.</summary>
    public CudaStreamScope EnterStream() => new(_library, _device);

    /// <summary>Does a part of a step beside the rest of it; see <see cref="CudaSideStream.Run"/>.</summary>
    public void RunBeside(Action work) => (_side ??= new CudaSideStream(_library, _device)).Run(work);

    /// <summary>To be called when the rest of a step may need what was done beside it, and before memory is freed that this reads.</summary>
    public void Join() => _side?.Join();

    /// <summary>Forgets what was captured: the next steps are other work.</summary>
    public void Reset()
    {
        _graph?.Dispose();
        _graph = null;
        _steps = 0;
    }

    /// <summary>Does a step.</summary>
    /// <param name="work">The step: the same tensors, of the same shapes, at the same places every time. It may be called twice, or not at all.</param>
    /// <param name="copyState">A copy of all that the step changes.</param>
    public void Run(Action work, Func<StateCopy> copyState)
    {
        if (_isRefused)
        {
            work();
            return;
        }
        if (_graph is null)
        {
            _steps++;
            if (_steps <= FreeSteps)
            {
                work();
                return;
            }
            if (_steps <= FreeSteps + CheckedSteps)
            {
                RunChecked(work, copyState);
                return;
            }
            // A graph has memory of its own, and cannot get what other steps have left.
            GpuMemory.ReleaseUnused(_device);
            _draws.Play(() => _graph = new CudaGraph(_library, work));
            _channel.Info(MessageSensitivity.None, "Steps are replayed as a CUDA graph.");
        }
        _draws.Redraw();
        _graph!.Replay();
    }

    public void Dispose()
    {
        Reset();
        _side?.Dispose();
        _draws.Dispose();
    }

    private void RunChecked(Action work, Func<StateCopy> copyState)
    {
        using var scope = NewDisposeScope();
        using var before = copyState();
        try
        {
            *_library.WaitingMode = WaitingFails;
            _draws.Record(work);
        }
        catch (ExternalException e) when (e.Message.Contains("synchronizing CUDA operation", StringComparison.Ordinal))
        {
            *_library.WaitingMode = 0;
            _isRefused = true;
            Join();
            before.Restore();
            _channel.Info(MessageSensitivity.None, "Steps are not captured as CUDA graphs: a part of them waits for the GPU.");
            work();
        }
        finally
        {
            *_library.WaitingMode = 0;
        }
    }
}
