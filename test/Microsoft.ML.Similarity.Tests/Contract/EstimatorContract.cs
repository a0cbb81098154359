using System.Reflection;
using Microsoft.ML.Similarity.Interop;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Similarity.Tests.Contract;

/// <summary>
/// What ML.NET's own test suite asks of each of its estimators (TestEstimatorCore there), and what every estimator of ours
/// goes through: schemas promised and delivered, failures, saving, and rows under every kind of cursor.
/// </summary>
internal static class EstimatorContract
{
    /// <summary>Fails the running test where an estimator breaks the contract.</summary>
    /// <param name="ml">The context to save and load with.</param>
    /// <param name="estimator">The estimator to check.</param>
    /// <param name="fitData">Valid for Fit and for Transform; a few rows are enough.</param>
    /// <param name="transformOnly">Valid for Transform, and refused by Fit: without the label, for instance.</param>
    /// <param name="invalid">Refused by Fit and by Transform.</param>
    /// <param name="fitOnly">Valid for Fit, and refused by what was fitted on <paramref name="fitData"/>: another dimension, for instance.</param>
    /// <param name="tolerance">How far, relatively, two computations of one number may lie apart.</param>
    /// <returns>What Fit on <paramref name="fitData"/> gave.</returns>
    public static ITransformer Check(
        MLContext ml,
        IEstimator<ITransformer> estimator,
        IDataView fitData,
        IDataView? transformOnly = null,
        IDataView? invalid = null,
        IDataView? fitOnly = null,
        double tolerance = 1e-5)
    {
        foreach (var refused in new[] { transformOnly, invalid })
        {
            if (refused is not null)
                RefusesToFit(estimator, refused);
        }
        if (fitOnly is not null)
        {
            Assert.That(() => estimator.GetOutputSchema(Shapes.Of(fitOnly.Schema)), Throws.Nothing, "GetOutputSchema on the data for Fit only");
            Assert.That(() => estimator.Fit(fitOnly), Throws.Nothing, "Fit on the data for Fit only");
        }

        var promised = estimator.GetOutputSchema(Shapes.Of(fitData.Schema));
        var transformer = estimator.Fit(fitData);
        SchemaContract.PromiseIsKept(promised, Shapes.Of(transformer.GetOutputSchema(fitData.Schema)));

        var loaded = SaveAndLoad(ml, transformer, fitData.Schema, out var loadedSchema);
        SchemaContract.AreSame(Savable(fitData.Schema), loadedSchema, "the input schema after saving and loading");

        foreach (var data in new[] { fitData, transformOnly })
        {
            if (data is not null)
                TransformsAlike(transformer, loaded, data, tolerance);
        }
        foreach (var refused in new[] { invalid, fitOnly })
        {
            if (refused is null)
                continue;
            RefusesToTransform(transformer, refused, "the transformer");
            RefusesToTransform(loaded, refused, "the loaded transformer");
        }
        return transformer;
    }

    /// <summary>What comes back when a model is saved to memory and loaded again.</summary>
    public static ITransformer SaveAndLoad(MLContext ml, ITransformer transformer, DataViewSchema schema, out DataViewSchema loadedSchema)
    {
        using var file = new MemoryStream();
        ml.Model.Save(transformer, schema, file);
        file.Position = 0;
        return ml.Model.Load(file, out loadedSchema);
    }

    // ML.NET leaves images out of the schema that it saves with a model.
    private static DataViewSchema Savable(DataViewSchema schema)
    {
        if (!schema.Any(column => column.Type is ImageDataViewType))
            return schema;
        var savable = new DataViewSchema.Builder();
        foreach (var column in schema.Where(column => column.Type is not ImageDataViewType))
            savable.AddColumn(column.Name, column.Type, column.Annotations);
        return savable.ToSchema();
    }

    private static void RefusesToFit(IEstimator<ITransformer> estimator, IDataView data)
    {
        var fromShape = Refusal(() => estimator.GetOutputSchema(Shapes.Of(data.Schema)), "GetOutputSchema on data that Fit must refuse");
        var fromFit = Refusal(() => estimator.Fit(data), "Fit on data that it must refuse");
        Assert.That(fromFit.GetType(), Is.EqualTo(fromShape.GetType()), "Fit and GetOutputSchema refuse alike");
    }

    private static void RefusesToTransform(ITransformer transformer, IDataView data, string who)
    {
        Refusal(() => transformer.GetOutputSchema(data.Schema), $"GetOutputSchema of {who} on data that it must refuse");
        Refusal(() => transformer.Transform(data), $"Transform of {who} on data that it must refuse");
    }

    private static Exception Refusal(Func<object> action, string what)
    {
        try
        {
            action();
        }
        catch (Exception thrown)
        {
            var cause = thrown is TargetInvocationException ? thrown.GetBaseException() : thrown;
            Assert.That(cause, Is.InstanceOf<ArgumentOutOfRangeException>().Or.InstanceOf<InvalidOperationException>(), what);
            return cause;
        }
        throw new AssertionException($"Nothing was thrown: {what}");
    }

    private static void TransformsAlike(ITransformer transformer, ITransformer loaded, IDataView data, double tolerance)
    {
        var schema = transformer.GetOutputSchema(data.Schema);
        var output = transformer.Transform(data);
        var loadedOutput = loaded.Transform(data);
        SchemaContract.AreSame(schema, output.Schema, "Transform against GetOutputSchema");
        SchemaContract.AreSame(schema, loaded.GetOutputSchema(data.Schema), "GetOutputSchema after loading");
        SchemaContract.AreSame(schema, loadedOutput.Schema, "Transform after loading against GetOutputSchema");

        var expected = ViewSnapshot.Take(output);
        RowContract.Holds(output, expected, tolerance, "the transformer");
        RowContract.Holds(loadedOutput, expected, tolerance, "the loaded transformer");

        Assert.That(loaded.IsRowToRowMapper, Is.EqualTo(transformer.IsRowToRowMapper), "IsRowToRowMapper after loading");
        if (transformer.IsRowToRowMapper)
        {
            RowContract.MapperAgrees(transformer.GetRowToRowMapper(data.Schema), data, schema, expected, tolerance);
            RowContract.MapperAgrees(loaded.GetRowToRowMapper(data.Schema), data, schema, expected, tolerance);
        }
        else
        {
            Refusal(() => transformer.GetRowToRowMapper(data.Schema), "GetRowToRowMapper of what is no row mapper");
        }
    }
}
