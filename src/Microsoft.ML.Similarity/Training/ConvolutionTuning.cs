using System.Runtime.InteropServices;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Lets cuDNN time its ways of doing each convolution and keep the fastest, until it is disposed.</summary>
/// <remarks>
/// TorchSharp has no switch for it, so libtorch's is looked up by its C++ name, as Linux's compilers write it; elsewhere cuDNN guesses. The
/// switch is the process's.
/// </remarks>
internal sealed class ConvolutionTuning : IDisposable
{
    private static readonly Lazy<Switch?> Found = new(Switch.Find);

    private readonly bool _before = IsOn ?? false;

    public ConvolutionTuning() => Found.Value?.Set(true);

    /// <summary>Whether cuDNN does so at present; null where the switch is not found.</summary>
    public static bool? IsOn => Found.Value?.Get();

    public void Dispose() => Found.Value?.Set(_before);

    private sealed unsafe class Switch
    {
        private readonly void* _context;
        private readonly delegate* unmanaged<void*, byte> _get;
        private readonly delegate* unmanaged<void*, byte, void> _set;

        private Switch(nint context, nint get, nint set)
        {
            _context = ((delegate* unmanaged<void*>)context)();
            _get = (delegate* unmanaged<void*, byte>)get;
            _set = (delegate* unmanaged<void*, byte, void>)set;
        }

        public static Switch? Find() =>
            OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libtorch_cpu.so", out var torch)
            && NativeLibrary.TryGetExport(torch, "_ZN2at13globalContextEv", out var context)
            && NativeLibrary.TryGetExport(torch, "_ZNK2at7Context14benchmarkCuDNNEv", out var get)
            && NativeLibrary.TryGetExport(torch, "_ZN2at7Context17setBenchmarkCuDNNEb", out var set)
                ? new(context, get, set)
                : null;

        public bool Get() => _get(_context) != 0;

        public void Set(bool value) => _set(_context, value ? (byte)1 : (byte)0);
    }
}
