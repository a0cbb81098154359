using System.Diagnostics;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>The surroundings of one call of Fit.</summary>
/// <param name="Device">Where to train.</param>
/// <param name="Channel">Where log lines go.</param>
/// <param name="IsCancelled">Whether the caller wants an end.</param>
/// <param name="Clock">Running since Fit was called.</param>
internal sealed record TrainingRun(Device Device, IChannel Channel, Func<bool> IsCancelled, Stopwatch Clock);
