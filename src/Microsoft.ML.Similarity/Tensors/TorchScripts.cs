using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>Operators of libtorch that TorchSharp does not offer, reached through TorchScript.</summary>
/// <remarks>
/// A mistake in a script ends the process, so the scripts are constant, and each has a test. Arguments are tensors, and
/// numbers that the caller keeps alive during the call.
/// </remarks>
internal static class TorchScripts
{
    private const string Source = """
        def adamw(params: List[Tensor], grads: List[Tensor], means: List[Tensor], squares: List[Tensor], steps: List[Tensor],
                  rate: float, decay: float):
            none: List[Tensor] = []
            torch._foreach_add_(steps, 1)
            torch._fused_adamw_(params, grads, means, squares, none, steps, lr=rate, beta1=0.9, beta2=0.999, weight_decay=decay, eps=1e-8, amsgrad=False, maximize=False)


        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Source.ReplaceLineEndings("\n")));

    /// <summary>One step of AdamW for all parameters in one call; every list has one tensor for each parameter.</summary>
    public static void AdamW(Tensor[] parameters, Tensor[] gradients, Tensor[] means, Tensor[] squares, Tensor[] steps, Scalar rate, Scalar decay)
    {
        Unit.Value.invoke("adamw", parameters, gradients, means, squares, steps, rate, decay);
        GC.KeepAlive(rate);
        GC.KeepAlive(decay);
    }
}
