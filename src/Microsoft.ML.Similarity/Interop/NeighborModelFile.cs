using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Neighbors;
using Microsoft.ML.Similarity.Neighbors.Index;
using Microsoft.ML.Similarity.Neighbors.Storage;
using Microsoft.ML.Similarity.Persistence;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>
/// A k-nearest-neighbours model inside ML.NET's zip. <c>Index</c> is the file of the index, unless that lies beside the zip; <c>Rows</c> holds the
/// columns of the reference rows as safetensors; vocabularies and texts are streams of their own. Models of the first form have vectors among the columns, both segment by segment.
/// </summary>
internal static class NeighborModelFile
{
    private const string RowsStream = "Rows";
    private const string IndexStream = "Index";
    private const string ClassesStream = "Classes";
    private const string IdsStream = "Ids";

    public static void Save(ModelSaveContext context, string signature, NeighborModel model)
    {
        SavedModel.WriteHeader(context, signature);
        var index = model.Set.Index;
        var beside = model.Set.IndexFileName is { } name ? new SavedIndex(name, IndexBesideModel.Save(context, name, index)) : null;
        SavedModel.WriteOptions(context, Describe(model) with { IndexFile = beside });
        if (beside is null)
            SavedModel.WriteStream(context, IndexStream, stream => index.Save(file => file.Write(stream)));
        SavedModel.WriteStream(context, RowsStream, stream => Safetensors.Write(stream, [.. Parts(model.Set)]));
        if (model.Ids is not null)
            SavedModel.WriteStream(context, IdsStream, stream => VocabularyFile.Write(stream, model.Ids.Ids));
        if (model.Output is ClassOutput classes)
            SavedModel.WriteStream(context, ClassesStream, stream => VocabularyFile.Write(stream, classes.Classes));
        if (model.Output is ColumnsOutput columns)
            SaveColumns(context, model.Set, columns.Columns);
    }

    /// <exception cref="FormatException">The saved model is damaged, or from a newer version; the message says which.</exception>
    public static NeighborModel Load(IHostEnvironment environment, ModelLoadContext context, string signature)
    {
        SavedModel.CheckHeader(context, signature);
        var saved = SavedModel.ReadOptions<Saved>(context);
        if (saved.Dimension < 1 || saved.NumberOfNeighbors < 1 || saved.Segments < 0)
            throw new FormatException("The saved model is damaged: it has no dimension, no neighbours or no reference rows.");
        var output = LoadOutput(context, saved);
        var ids = saved.RowIdColumn is null
            ? null
            : new ReferenceIds(saved.RowIdColumn, SavedModel.ReadStream(context, IdsStream, VocabularyFile.Read));
        var types = ColumnTypes(output, ids);
        var file = SavedModel.ReadStream(context, RowsStream, Safetensors.Read);
        var set = saved.Segments > 0 ? LoadSegments(context, saved, file, types) : LoadSet(context, saved, file, types);
        CheckCodes(set.Columns, output, ids);
        return new(environment, saved.FeatureColumn, saved.NumberOfNeighbors, set, output, ids);
    }

    private static ReferenceSet LoadSet(ModelLoadContext context, Saved saved, SafetensorsFile file, IReadOnlyList<Type> types)
    {
        var index = saved.IndexFile is { } beside ? IndexBesideModel.Load(context, beside.Name, beside.Identity) : LoadIndex(context);
        if (index.Dimension != saved.Dimension || index.Metric != saved.Metric)
            throw new FormatException("The saved model is damaged: its index has another dimension or metric.");
        if (index.Count == 0 || index.Numbers().Max() >= saved.Rows)
            throw new FormatException("The saved model is damaged: its index has no rows, or rows without columns.");
        return new(index, new(saved.Rows, ReadColumns(context, file, types, 0, saved.Rows)), saved.IndexFile?.Name);
    }

    private static FrozenIndex LoadIndex(ModelLoadContext context)
    {
        try
        {
            return FrozenIndex.Load(SavedModel.ReadStream(context, IndexStream, stream => IndexFile.Read(IndexStream, stream)));
        }
        catch (InvalidDataException e)
        {
            throw new FormatException($"The saved model is damaged: {e.Message}", e);
        }
    }

    // The first form: the index is built anew.
    private static ReferenceSet LoadSegments(ModelLoadContext context, Saved saved, SafetensorsFile file, IReadOnlyList<Type> types)
    {
        var rows = new VectorStore(saved.Dimension);
        RowColumns? columns = null;
        for (var s = 0; s < saved.Segments; s++)
        {
            var values = file.Get<float>(Name("rows", s), -1, saved.Dimension).AsSpan();
            var count = values.Length / saved.Dimension;
            for (var row = 0; row < count; row++)
                values.Slice(row * saved.Dimension, saved.Dimension).CopyTo(rows.Add());
            var added = ReadColumns(context, file, types, s, count);
            columns = columns is null ? new RowColumns(count, added) : columns.With(count, added);
        }
        return new(FrozenIndex.Build(rows, new() { Metric = saved.Metric, Mode = SearchMode.Exact }), columns!);
    }

    private static Array[] ReadColumns(ModelLoadContext context, SafetensorsFile file, IReadOnlyList<Type> types, int segment, int count) =>
        [.. types.Select((type, c) => type == typeof(string)
            ? SavedModel.ReadStream(context, Name($"Texts.{c}", segment), stream => ColumnFile.ReadTexts(stream, count))
            : ColumnFile.Read(file, Name($"column.{c}", segment), type, count))];

    private static Saved Describe(NeighborModel model)
    {
        var saved = new Saved(model.FeatureColumn, model.Set.Dimension, model.NumberOfNeighbors, model.Set.Metric)
        {
            Rows = model.Set.Columns.Count,
            RowIdColumn = model.Ids?.Column,
        };
        return model.Output switch
        {
            ClassOutput o => saved with { LabelColumn = o.LabelColumn, Votes = o.Weights.Votes, Temperature = o.Weights.Temperature, Classes = true },
            TargetOutput o => saved with { LabelColumn = o.LabelColumn, Votes = o.Weights.Votes, Temperature = o.Weights.Temperature },
            ColumnsOutput o => saved with
            {
                OutputColumn = o.OutputColumn,
                Columns = [.. o.Columns.Select(c => new SavedColumn(c.Name, c.Keys is null ? VocabularyFile.CodeOf(c.ItemType) : null, c.Size))],
            },
            _ => throw new NotSupportedException(model.Output.GetType().Name),
        };
    }

    private static IEnumerable<SafetensorsPart> Parts(ReferenceSet set)
    {
        for (var c = 0; c < set.Columns.ColumnCount; c++)
        {
            if (Column(set, c) is var column and not string[])
                yield return ColumnFile.Part(Name($"column.{c}", 0), column);
        }
    }

    /// <summary>A column's values, empty where rows were removed.</summary>
    private static Array Column(ReferenceSet set, int c)
    {
        var values = set.Columns.Column(c);
        if (set.Count == values.Length)
            return values;
        var kept = Array.CreateInstance(values.GetType().GetElementType()!, values.Length);
        foreach (var row in set.Index.Numbers())
            Array.Copy(values, row, kept, row, 1);
        return kept;
    }

    private static void SaveColumns(ModelSaveContext context, ReferenceSet set, IReadOnlyList<CarriedColumn> columns)
    {
        for (var c = 0; c < columns.Count; c++)
        {
            if (columns[c].Keys is { } keys)
                SavedModel.WriteStream(context, Name("Keys", c), stream => VocabularyFile.Write(stream, keys));
            if (columns[c].ItemType is TextDataViewType)
            {
                var texts = (string?[])Column(set, c);
                SavedModel.WriteStream(context, Name($"Texts.{c}", 0), stream => ColumnFile.WriteTexts(stream, texts.Select(text => text ?? "")));
            }
        }
    }

    private static NeighborOutput LoadOutput(ModelLoadContext context, Saved saved)
    {
        if (saved.Columns is not null)
        {
            return new ColumnsOutput(saved.OutputColumn!, [.. saved.Columns.Select((column, c) => column.Type is { } type
                ? column.Size is { } size
                    ? CarriedColumn.OfVectors(column.Name, VocabularyFile.TypeOf(type)!, size)
                    : CarriedColumn.OfType(column.Name, VocabularyFile.TypeOf(type)!)
                : CarriedColumn.OfKeys(column.Name, SavedModel.ReadStream(context, Name("Keys", c), VocabularyFile.Read)))]);
        }
        var weights = new VoteWeights(saved.Votes, saved.Temperature);
        return saved.Classes
            ? new ClassOutput(saved.LabelColumn!, SavedModel.ReadStream(context, ClassesStream, VocabularyFile.Read), weights)
            : new TargetOutput(saved.LabelColumn!, weights);
    }

    private static List<Type> ColumnTypes(NeighborOutput output, ReferenceIds? ids)
    {
        List<Type> types = output switch
        {
            ClassOutput => [typeof(int)],
            TargetOutput => [typeof(float)],
            _ => [.. ((ColumnsOutput)output).Columns.Select(c => c.StoredType)],
        };
        if (ids is not null)
            types.Add(typeof(int));
        return types;
    }

    // A code outside its vocabulary would fail only at the first query that meets it.
    private static void CheckCodes(RowColumns columns, NeighborOutput output, ReferenceIds? ids)
    {
        var vocabularies = output switch
        {
            ClassOutput o => [(o.Classes, 0)],
            ColumnsOutput o => o.Columns.Select(c => (Vocabulary: c.Keys, Least: LabelReader.Missing)).ToList(),
            _ => new List<(LabelVocabulary? Vocabulary, int Least)> { (null, 0) },
        };
        if (ids is not null)
            vocabularies.Add((ids.Ids, LabelReader.Missing));
        for (var c = 0; c < vocabularies.Count; c++)
        {
            var (vocabulary, least) = vocabularies[c];
            if (vocabulary is not null && ((int[])columns.Column(c)).AsSpan().ContainsAnyExceptInRange(least, vocabulary.Count - 1))
                throw new FormatException("The saved model is damaged: a reference row has a label that is not among its labels.");
        }
    }

    private static string Name(string name, int index) => string.Create(CultureInfo.InvariantCulture, $"{name}.{index}");

    private sealed record SavedColumn(string Name, byte? Type, int? Size = null);

    /// <param name="Name">Of the file beside the model.</param>
    /// <param name="Identity">Of its contents.</param>
    private sealed record SavedIndex(string Name, uint Identity);

    private sealed record Saved(string FeatureColumn, int Dimension, int NumberOfNeighbors, NeighborMetric Metric)
    {
        /// <summary>Of the first form, at least 1.</summary>
        public int Segments { get; init; }

        /// <summary>How many numbers were given to rows, those of removed ones included.</summary>
        public int Rows { get; init; }

        /// <summary>The file of the index, where it is not in the model.</summary>
        public SavedIndex? IndexFile { get; init; }

        public string? RowIdColumn { get; init; }

        public string? LabelColumn { get; init; }

        public NeighborVotes Votes { get; init; }

        public float Temperature { get; init; } = 1;

        /// <summary>Whether the labels are classes; otherwise numbers.</summary>
        public bool Classes { get; init; }

        public string? OutputColumn { get; init; }

        public SavedColumn[]? Columns { get; init; }
    }
}
