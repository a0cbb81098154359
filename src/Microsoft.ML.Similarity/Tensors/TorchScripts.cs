using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>Operators of libtorch that TorchSharp does not offer, reached through TorchScript.</summary>
/// <remarks>
/// A mistake in a script ends the process, so the scripts are constant, and each has a test. Arguments are tensors, truth values, and
/// numbers that are kept alive. Those that return nothing change their first argument in place. All are to be called without gradient. What an operator
/// changes through a list must come in as a list: TorchScript drops a call whose effect it sees on a list of its own only.
/// </remarks>
internal static class TorchScripts
{
    private const string Source = """
        def adamw(values: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], step: Tensor, rate: Tensor,
                  beta1: float, beta2: float, epsilon: float, decay: float):
            none: List[Tensor] = []
            steps = [step for value in values]
            step.add_(1)
            torch._fused_adamw_(values, gradients, means, squares, none, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)

        def sgd(values: List[Tensor], gradients: List[Tensor], velocities: List[Tensor], rate: Tensor, momentum: float, decay: float, nesterov: bool):
            torch._fused_sgd_(values, gradients, velocities, weight_decay=decay, momentum=momentum, lr=rate, dampening=0.0, nesterov=nesterov, maximize=False, is_first_step=False)

        def ratio(numerator: Tensor, norm: Tensor, denominator: Tensor, sizes: Tensor, count: int):
            ratios = torch.where((numerator > 0) & (norm > 0), numerator / denominator, torch.ones_like(numerator))
            return torch.repeat_interleave(ratios, sizes, 0, output_size=count)

        def lars(values: Tensor, gradients: Tensor, velocities: Tensor, value_parts: List[Tensor], gradient_parts: List[Tensor], sizes: Tensor, rate: Tensor,
                 momentum: float, decay: float, trust: float, adapts: bool):
            update = gradients * rate
            if adapts:
                w = torch.stack(torch._foreach_norm(value_parts))
                g = torch.stack(torch._foreach_norm(gradient_parts))
                update = torch.add(gradients, values, alpha=decay).mul_(rate).mul_(ratio(trust * w, g, g + decay * w, sizes, values.numel()))
            velocities.mul_(momentum).add_(update)
            values.sub_(velocities)

        def lamb(values: Tensor, gradients: Tensor, means: Tensor, squares: Tensor, steps: Tensor, value_parts: List[Tensor], sizes: Tensor, rate: Tensor,
                 beta1: float, beta2: float, epsilon: float, decay: float, adapts: bool):
            steps.add_(1)
            means.mul_(beta1).add_(gradients, alpha=1.0 - beta1)
            squares.mul_(beta2).addcmul_(gradients, gradients, value=1.0 - beta2)
            update = (means / (1.0 - torch.pow(beta1, steps))).div_((squares / (1.0 - torch.pow(beta2, steps))).sqrt_().add_(epsilon))
            if adapts:
                update.add_(values, alpha=decay)
                w = torch.stack(torch._foreach_norm(value_parts))
                u = torch.stack(torch._foreach_norm(torch.split_with_sizes(update, [part.numel() for part in value_parts])))
                update.mul_(ratio(w, u, u, sizes, values.numel()))
            values.sub_(update.mul_(rate))

        def clip(gradients: List[Tensor], maximum: float):
            norms = [norm.double() for norm in torch._foreach_norm(gradients)]
            factor = torch.clamp(maximum / torch.norm(torch.stack(norms)), max=1.0)
            for gradient in gradients:
                gradient.mul_(factor)

        def keep(copies: List[Tensor], values: List[Tensor], is_finite: Tensor):
            torch._foreach_copy_(copies, values)
            is_finite.fill_(True)

        def undo(values: List[Tensor], copies: List[Tensor], gradients: List[Tensor], is_finite: Tensor, skipped: Tensor, infinity: float):
            for largest in torch._foreach_norm(gradients, infinity):
                is_finite.logical_and_(torch.isfinite(largest))
            for i in range(len(values)):
                torch.where(is_finite, values[i], copies[i], out=values[i])
            skipped.add_(torch.logical_not(is_finite))

        def are_finite(values: List[Tensor], infinity: float):
            return torch.isfinite(torch.stack([norm.double() for norm in torch._foreach_norm(values, infinity)])).all()

        def add_statistics(rows: Tensor, place: Tensor, loss: Tensor, active: Tensor, distances: Tensor, positives: Tensor, negatives: Tensor):
            masks = torch.stack([positives, negatives])
            counts = masks.to(distances.dtype).sum(-1)
            sums = torch.where(masks, distances, torch.zeros([], dtype=distances.dtype, device=distances.device)).sum(-1)
            totals = torch.stack([sums, counts]).view(4, -1).sum([1], dtype=rows.dtype)
            rows.index_copy_(0, place, torch.cat([torch.stack([loss.double(), active.double()]), totals]).unsqueeze(0))
            place.add_(1)

        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Source.ReplaceLineEndings("\n")));

    /// <summary>One step of AdamW; <paramref name="step"/> is a float32 tensor without dimensions that counts the steps.</summary>
    public static void AdamW(
        Tensor[] values, Tensor[] gradients, Tensor[] means, Tensor[] squares, Tensor step, Tensor rate, Scalar beta1, Scalar beta2, Scalar epsilon, Scalar decay) =>
        Unit.Value.invoke("adamw", values, gradients, means, squares, step, rate, beta1, beta2, epsilon, decay);

    /// <summary>One step of stochastic gradient descent, with momentum where there are <paramref name="velocities"/>.</summary>
    public static void Sgd(Tensor[] values, Tensor[] gradients, Tensor[] velocities, Tensor rate, Scalar momentum, Scalar decay, bool nesterov) =>
        Unit.Value.invoke("sgd", values, gradients, velocities, rate, momentum, decay, nesterov);

    /// <summary>One step of LARS; plain momentum without decay where it does not adapt to the norms of the parts, which have the given sizes.</summary>
    public static void Lars(
        Tensor values, Tensor gradients, Tensor velocities, Tensor[] valueParts, Tensor[] gradientParts, Tensor sizes, Tensor rate,
        Scalar momentum, Scalar decay, Scalar trust, bool adapts) =>
        Unit.Value.invoke("lars", values, gradients, velocities, valueParts, gradientParts, sizes, rate, momentum, decay, trust, adapts);

    /// <summary>One step of LAMB; Adam without decay where it does not adapt to the norms of the parts, which have the given sizes.</summary>
    public static void Lamb(
        Tensor values, Tensor gradients, Tensor means, Tensor squares, Tensor steps, Tensor[] valueParts, Tensor sizes, Tensor rate,
        Scalar beta1, Scalar beta2, Scalar epsilon, Scalar decay, bool adapts) =>
        Unit.Value.invoke("lamb", values, gradients, means, squares, steps, valueParts, sizes, rate, beta1, beta2, epsilon, decay, adapts);

    /// <summary>Multiplies the gradients so that their Euclidean norm, taken together, is at most <paramref name="maximum"/>.</summary>
    public static void Clip(Tensor[] gradients, Scalar maximum) => Unit.Value.invoke("clip", gradients, maximum);

    /// <summary>Copies values to others of their shapes and types, and sets a Boolean.</summary>
    public static void Keep(Tensor[] copies, Tensor[] values, Tensor isFinite) => Unit.Value.invoke("keep", copies, values, isFinite);

    /// <summary>Clears a Boolean where a gradient is not finite; where it is cleared then, brings the copies back and adds 1 to <paramref name="skipped"/>.</summary>
    public static void Undo(Tensor[] values, Tensor[] copies, Tensor[] gradients, Tensor isFinite, Tensor skipped) =>
        Unit.Value.invoke("undo", values, copies, gradients, isFinite, skipped, Infinity);

    /// <summary>Whether all values of floating-point tensors of one device are finite: a Boolean there.</summary>
    public static Tensor AreFinite(Tensor[] values) => (Tensor)Unit.Value.invoke("are_finite", values, Infinity);

    /// <summary>
    /// Writes a row, and moves on: loss, active fraction, the sums of the distances of positives and of negatives, and the numbers of these.
    /// </summary>
    /// <param name="rows">[n, 6] float64.</param>
    /// <param name="place">[1] int64: where.</param>
    /// <param name="loss">Of no dimension, as is <paramref name="active"/>.</param>
    /// <param name="active">The active fraction.</param>
    /// <param name="distances">[B, R].</param>
    /// <param name="positives">[B, R] Booleans, as are <paramref name="negatives"/>.</param>
    /// <param name="negatives">Which distances are those of negatives.</param>
    public static void AddStatistics(Tensor rows, Tensor place, Tensor loss, Tensor active, Tensor distances, Tensor positives, Tensor negatives) =>
        Unit.Value.invoke("add_statistics", rows, place, loss, active, distances, positives, negatives);

    // The norm of that order is the largest absolute value; it cannot overflow, and is NaN where one is.
    private static readonly Scalar Infinity = Numbers.Number(double.PositiveInfinity);
}
