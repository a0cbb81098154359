using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Training.Pairs;

/// <summary>The columns of pairs, or of triplets.</summary>
/// <param name="Parts">The role and name of the columns of rows: left, right, then any number of negatives.</param>
/// <param name="Target">The role and name of what is known of each pair, or null.</param>
/// <param name="TargetKind">What that column holds.</param>
/// <param name="Weight">The column of the pairs' weights, or null.</param>
/// <param name="AreIds">Whether the columns of rows hold ids of items instead of features.</param>
internal sealed record PairColumns(
    IReadOnlyList<(string Role, string Name)> Parts, (string Role, string Name)? Target, PairTarget TargetKind, string? Weight, bool AreIds)
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public void Check(SchemaShape shape, TrainingSettings settings)
    {
        foreach (var (role, name) in Parts)
        {
            if (AreIds)
                InputColumns.CheckLabel(shape, name, role);
            else
                FeatureColumns.Check(shape, name, settings, role);
        }
        if (!AreIds)
            CheckAlike(shape);
        if (Weight is not null)
            InputColumns.CheckNumber(shape, Weight, WeightReader.Role);
        if (Target is not { } target)
            return;
        if (TargetKind == PairTarget.Boolean)
            InputColumns.CheckBoolean(shape, target.Name, target.Role);
        else
            InputColumns.CheckNumber(shape, target.Name, target.Role);
    }

    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public void Check(DataViewSchema schema, TrainingSettings settings) => Check(Shapes.Of(schema), settings);

    /// <summary>The columns of rows in a schema, vectors of one size where they are features.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="dimension">The number of features wanted, or null for that of the first column.</param>
    /// <param name="pictures">The pixels that the encoder takes of pictures; null where it takes vectors only.</param>
    public DataViewSchema.Column[] FindParts(DataViewSchema schema, int? dimension, ImageShape? pictures)
    {
        var columns = new DataViewSchema.Column[Parts.Count];
        for (var part = 0; part < columns.Length; part++)
        {
            var (role, name) = Parts[part];
            if (AreIds)
            {
                columns[part] = InputColumns.Label(schema, name, role);
                continue;
            }
            columns[part] = InputColumns.Features(schema, name, role, dimension, orPictures: pictures is not null);
            if (!InputColumns.IsPicture(columns[part].Type))
                dimension = ((Data.VectorDataViewType)columns[part].Type).Size;
        }
        return columns;
    }

    // One store keeps them all.
    private void CheckAlike(SchemaShape shape)
    {
        var areVectors = IsVector(shape, Parts[0].Name);
        foreach (var (role, name) in Parts)
        {
            if (IsVector(shape, name) != areVectors)
                throw InputColumns.Mismatch(role, name, $"{(areVectors ? "Vector<Single>" : "pictures")} as in column '{Parts[0].Name}'", shape.Find(name)!.Value.Describe());
        }
    }

    private static bool IsVector(SchemaShape shape, string name) => shape.Find(name) is { Kind: SchemaShape.Column.VectorKind.Vector };

    public DataViewSchema.Column? FindTarget(DataViewSchema schema) => Target is not { } target ? null
        : TargetKind == PairTarget.Boolean ? InputColumns.Boolean(schema, target.Name, target.Role)
        : InputColumns.Number(schema, target.Name, target.Role);
}
