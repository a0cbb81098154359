using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Training.Graphs;

/// <summary>Work of a GPU, captured once and launched as a whole.</summary>
internal sealed unsafe class CudaGraph : IDisposable
{
    // Work of other threads, which does not touch the stream, stays allowed.
    private const int Relaxed = 2;

    private readonly CudaGraphLibrary _library;
    private void* _graph;

    /// <param name="library">libtorch's functions.</param>
    /// <param name="work">Launches work on the current stream, which is not the default one; nothing of it is done now. It must not wait for the device.</param>
    public CudaGraph(CudaGraphLibrary library, Action work)
    {
        _library = library;
        _graph = NativeMemory.AllocZeroed(CudaGraphLibrary.GraphSize);
        library.Construct(_graph, 0);
        library.BeginCapture(_graph, 0, 0, Relaxed);
        work();
        library.EndCapture(_graph);
    }

    /// <summary>Launches the work on the current stream.</summary>
    public void Replay() => _library.Replay(_graph);

    public void Dispose()
    {
        if (_graph is null)
            return;
        _library.Destruct(_graph);
        NativeMemory.Free(_graph);
        _graph = null;
    }
}
