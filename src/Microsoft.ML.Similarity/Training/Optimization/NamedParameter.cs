using TorchSharp.Modules;

namespace Microsoft.ML.Similarity.Training.Optimization;

/// <summary>A parameter and how it is trained.</summary>
/// <param name="Name">As in the module's state.</param>
/// <param name="Parameter">On the training device.</param>
/// <param name="LearningRateFactor">What the learning rate is multiplied with; 0 for a parameter that is never trained.</param>
/// <param name="FrozenEpochs">The number of first epochs in which it stays as it is.</param>
internal readonly record struct NamedParameter(string Name, Parameter Parameter, double LearningRateFactor = 1, int FrozenEpochs = 0);
