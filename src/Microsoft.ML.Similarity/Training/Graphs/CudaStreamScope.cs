using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training.Graphs;

/// <summary>Lets the work of this thread go to a stream of its own, on a device that becomes the thread's, until it is disposed: on the default stream nothing can be captured.</summary>
internal sealed unsafe class CudaStreamScope : IDisposable
{
    private readonly CudaGraphLibrary _library;
    private readonly Device _device;
    private readonly CudaStream _before;
    private readonly int _deviceBefore;

    public CudaStreamScope(CudaGraphLibrary library, Device device)
    {
        _library = library;
        _device = device;
        int current;
        library.GetDevice(&current);
        _deviceBefore = current;
        library.SetDevice(device.index);
        _before = library.GetCurrentStream((sbyte)device.index);
        cuda.synchronize(device);
        library.SetCurrentStream(library.GetStreamFromPool(0, (sbyte)device.index));
    }

    public void Dispose()
    {
        cuda.synchronize(_device);
        _library.SetCurrentStream(_before);
        _library.SetDevice(_deviceBefore);
    }
}
