using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The device that an <see cref="MLContext"/> asks for.</summary>
internal static class Devices
{
    /// <summary>The GPU of <see cref="MLContext.GpuDeviceId"/>, the CPU where that is null or, if allowed, not to be had.</summary>
    /// <exception cref="InvalidOperationException">There is no such GPU, and <see cref="MLContext.FallbackToCpu"/> is false.</exception>
    public static Device Select(IHostEnvironment environment, IChannel channel)
    {
        TorchRuntime.Require("Training");
        if (environment.GpuDeviceId() is not { } index)
            return CPU;
        var count = cuda.is_available() ? cuda.device_count() : 0;
        if (index >= 0 && index < count)
        {
            InitializeDeviceType(DeviceType.CUDA);
            return new Device(DeviceType.CUDA, index);
        }
        var found = count == 0
            ? "no CUDA device is available (a GPU needs NVIDIA's driver and TorchSharp-cuda-windows or TorchSharp-cuda-linux)"
            : $"the CUDA devices here are 0 to {count - 1}";
        if (!environment.FallbackToCpu())
            throw new InvalidOperationException($"GpuDeviceId is {index}, but {found}. Set FallbackToCpu = true to train on the CPU instead, or GpuDeviceId = null.");
        channel.Warning(MessageSensitivity.None, "GpuDeviceId is {0}, but {1}: running on the CPU.", index, found);
        return CPU;
    }
}
