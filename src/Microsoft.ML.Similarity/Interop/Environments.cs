using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>What an <see cref="MLContext"/> or a host says beyond its public interface.</summary>
internal static class Environments
{
    /// <summary>The GPU asked for, counted from 0, or null for the CPU.</summary>
    public static int? GpuDeviceId(this IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

    public static bool FallbackToCpu(this IHostEnvironment environment) => environment is IHostEnvironmentInternal { FallbackToCpu: true };

    /// <summary>The seed given to the <see cref="MLContext"/>, if any.</summary>
    public static int? Seed(this IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

    /// <summary>The folder for temporary files: <see cref="MLContext.TempFilePath"/>, or the system's where that says none.</summary>
    public static string TempFolder(this IHostEnvironment environment) =>
        environment is IHostEnvironmentInternal { TempFilePath: { Length: > 0 } folder } ? folder : Path.GetTempPath();

    /// <summary>Whether <c>MLContext.CancelExecution</c> was called on the environment that registered this host.</summary>
    /// <remarks>Environments hold their hosts weakly: keep the host alive for as long as it is asked.</remarks>
    public static bool IsCancelled(this IHost host) => host is ICancelable { IsCanceled: true };

    /// <summary>The environment behind one of ML.NET's catalogs.</summary>
    public static IHostEnvironment EnvironmentOf<TCatalog>(TCatalog catalog)
        where TCatalog : class
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return ((IInternalCatalog)catalog).GetEnvironment();
    }
}
