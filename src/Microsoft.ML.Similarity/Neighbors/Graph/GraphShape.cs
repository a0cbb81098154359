using Microsoft.ML.Similarity.Neighbors.Index;

namespace Microsoft.ML.Similarity.Neighbors.Graph;

/// <summary>The numbers of a graph, which are saved with its memory.</summary>
/// <param name="Codes">What is compared on the way.</param>
/// <param name="Degree">M.</param>
/// <param name="Entry">Where searches start; -1 in an empty graph.</param>
/// <param name="Kept">The number of coordinates that are codes.</param>
/// <param name="Step">What a step of a code stands for.</param>
/// <param name="Radius">The length of the longest row, under inner product; otherwise 0.</param>
/// <param name="TargetRecall">The recall asked for.</param>
/// <param name="Efforts">What reaches it, by the number of neighbours, ascending.</param>
internal sealed record GraphShape(
    GraphCodes Codes,
    int Degree,
    int Entry,
    int Kept,
    float Step,
    double Radius,
    double TargetRecall,
    GraphEffort[] Efforts);
