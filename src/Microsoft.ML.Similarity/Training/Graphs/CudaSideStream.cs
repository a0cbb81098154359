using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Graphs;

/// <summary>A second stream of a GPU, for work that nothing of the current stream needs until the two are joined.</summary>
internal sealed unsafe class CudaSideStream : IDisposable
{
    private const uint WithoutTiming = 2;

    private readonly CudaGraphLibrary _library;
    private readonly sbyte _device;
    private readonly CudaStream _side;
    private void* _moment;

    /// <param name="library">libtorch's functions.</param>
    /// <param name="device">The GPU of the thread.</param>
    public CudaSideStream(CudaGraphLibrary library, Device device)
    {
        _library = library;
        _device = (sbyte)device.index;
        // The pool deals its streams in turn, the current one again at some time.
        do
            _side = library.GetStreamFromPool(0, _device);
        while (_side == library.GetCurrentStream(_device));
        void* moment;
        Check(library.CreateEvent(&moment, WithoutTiming));
        _moment = moment;
    }

    /// <summary>Launches work beside what is launched on the current stream from now on.</summary>
    /// <param name="work">
    /// It finds all that was launched before done. What it reads must stay as it is, and in memory, until <see cref="Join"/>: freed memory is given to the next
    /// work of the stream that it was taken for.
    /// </param>
    public void Run(Action work)
    {
        var main = _library.GetCurrentStream(_device);
        Order(main, _side);
        _library.SetCurrentStream(_side);
        try
        {
            work();
        }
        finally
        {
            _library.SetCurrentStream(main);
        }
    }

    /// <summary>What is launched on the current stream from now on finds the work beside it done.</summary>
    public void Join() => Order(_side, _library.GetCurrentStream(_device));

    public void Dispose()
    {
        if (_moment is not null)
            _library.DestroyEvent(_moment);
        _moment = null;
    }

    private void Order(CudaStream first, CudaStream second)
    {
        Check(_library.RecordEvent(_moment, _library.GetCudaStream(&first)));
        Check(_library.WaitForEvent(_library.GetCudaStream(&second), _moment, 0));
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException($"CUDA could not order two streams: error {error}.");
    }
}
