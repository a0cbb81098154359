using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Training.Graphs;

/// <summary>A stream of CUDA as libtorch names it; of the layout of <c>c10::Stream</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct CudaStream(long TypeAndDevice, long Id);

/// <summary>
/// The functions of libtorch that capture CUDA graphs. TorchSharp has none, so they are looked up by their C++ names, as Linux's compilers
/// write them.
/// </summary>
internal sealed unsafe class CudaGraphLibrary
{
    private static readonly Lazy<(CudaGraphLibrary? Library, string? Missing)> Loaded = new(Load);

    private CudaGraphLibrary()
    {
    }

    public required delegate* unmanaged<byte, sbyte, CudaStream> GetStreamFromPool { get; init; }

    public required delegate* unmanaged<sbyte, CudaStream> GetCurrentStream { get; init; }

    public required delegate* unmanaged<CudaStream, void> SetCurrentStream { get; init; }

    /// <summary>The constructor of a graph, in memory of <see cref="GraphSize"/> bytes.</summary>
    public required delegate* unmanaged<void*, byte, void> Construct { get; init; }

    public required delegate* unmanaged<void*, void> Destruct { get; init; }

    public required delegate* unmanaged<void*, ulong, ulong, int, void> BeginCapture { get; init; }

    public required delegate* unmanaged<void*, void> EndCapture { get; init; }

    public required delegate* unmanaged<void*, void> Replay { get; init; }

    /// <summary>Gives the address of the process's mode for work that waits for the device: 0 lets it pass, 2 makes it fail.</summary>
    public required int* WaitingMode { get; init; }

    /// <summary>CUDA's own stream, of a stream at an address.</summary>
    public required delegate* unmanaged<CudaStream*, void*> GetCudaStream { get; init; }

    public required delegate* unmanaged<void**, uint, int> CreateEvent { get; init; }

    public required delegate* unmanaged<void*, int> DestroyEvent { get; init; }

    public required delegate* unmanaged<void*, void*, int> RecordEvent { get; init; }

    public required delegate* unmanaged<void*, void*, uint, int> WaitForEvent { get; init; }

    public required delegate* unmanaged<int*, int> GetDevice { get; init; }

    public required delegate* unmanaged<int, int> SetDevice { get; init; }

    /// <summary>More than a graph takes in any version of libtorch.</summary>
    public const int GraphSize = 8192;

    /// <summary>The functions, if they are there.</summary>
    /// <param name="library">They.</param>
    /// <param name="missing">What is not there.</param>
    public static bool TryGet([NotNullWhen(true)] out CudaGraphLibrary? library, [NotNullWhen(false)] out string? missing)
    {
        (library, missing) = Loaded.Value;
        return library is not null;
    }

    private static (CudaGraphLibrary? Library, string? Missing) Load()
    {
        if (!OperatingSystem.IsLinux())
            return (null, "they are known for Linux only");
        if (!NativeLibrary.TryLoad("libc10_cuda.so", out var core) || !NativeLibrary.TryLoad("libtorch_cuda.so", out var torch))
            return (null, "libtorch has no CUDA");
        var missing = new List<string>();
        // The mode is the first field of a variable within a function that is compiled into its callers.
        var waiting = Find(core, "_ZZN3c104cuda13warning_stateEvE14warning_state_");
        var library = new CudaGraphLibrary
        {
            GetStreamFromPool = (delegate* unmanaged<byte, sbyte, CudaStream>)Find(core, "_ZN3c104cuda17getStreamFromPoolEba"),
            GetCurrentStream = (delegate* unmanaged<sbyte, CudaStream>)Find(core, "_ZN3c104cuda20getCurrentCUDAStreamEa"),
            SetCurrentStream = (delegate* unmanaged<CudaStream, void>)Find(core, "_ZN3c104cuda20setCurrentCUDAStreamENS0_10CUDAStreamE"),
            Construct = (delegate* unmanaged<void*, byte, void>)Find(torch, "_ZN2at4cuda9CUDAGraphC1Eb"),
            Destruct = (delegate* unmanaged<void*, void>)Find(torch, "_ZN2at4cuda9CUDAGraphD1Ev"),
            BeginCapture = (delegate* unmanaged<void*, ulong, ulong, int, void>)Find(torch, "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode"),
            EndCapture = (delegate* unmanaged<void*, void>)Find(torch, "_ZN2at4cuda9CUDAGraph11capture_endEv"),
            Replay = (delegate* unmanaged<void*, void>)Find(torch, "_ZN2at4cuda9CUDAGraph6replayEv"),
            WaitingMode = (int*)waiting,
            GetCudaStream = (delegate* unmanaged<CudaStream*, void*>)Find(core, "_ZNK3c104cuda10CUDAStream6streamEv"),
            CreateEvent = (delegate* unmanaged<void**, uint, int>)Find(core, "cudaEventCreateWithFlags"),
            DestroyEvent = (delegate* unmanaged<void*, int>)Find(core, "cudaEventDestroy"),
            RecordEvent = (delegate* unmanaged<void*, void*, int>)Find(core, "cudaEventRecord"),
            WaitForEvent = (delegate* unmanaged<void*, void*, uint, int>)Find(core, "cudaStreamWaitEvent"),
            GetDevice = (delegate* unmanaged<int*, int>)Find(core, "cudaGetDevice"),
            SetDevice = (delegate* unmanaged<int, int>)Find(core, "cudaSetDevice"),
        };
        return missing.Count == 0 ? (library, null) : (null, $"libtorch has no {string.Join(", ", missing)}");

        nint Find(nint handle, string name)
        {
            if (NativeLibrary.TryGetExport(handle, name, out var address))
                return address;
            missing.Add(name);
            return 0;
        }
    }
}
