using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Similarity.Rows;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Reads labelled rows in one pass over a view.</summary>
internal static class TrainingSetReader
{
    private const int BlockValues = 1 << 20;

    // A sparse row costs 8 bytes a stored value, a dense one 4 a slot.
    private const double WorthSparse = 0.25;

    /// <param name="data">The view to read.</param>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="dimension">The number of features wanted, or null for any.</param>
    /// <param name="device">Where batches are wanted.</param>
    /// <param name="channel">Hears of rows left out.</param>
    /// <param name="cancelled">Asked now and then; true ends the reading with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">No row has a label, or a feature or weight is not a number that can be used.</exception>
    public static TrainingSet Read(IDataView data, LabeledColumns columns, int? dimension, Device device, IChannel channel, Func<bool> cancelled)
    {
        var features = InputColumns.Features(data.Schema, columns.Feature, dimension: dimension);
        var label = InputColumns.Label(data.Schema, columns.Label);
        var needed = new List<DataViewSchema.Column> { features, label };
        if (columns.Weight is not null)
            needed.Add(InputColumns.Number(data.Schema, columns.Weight, "example weight"));

        using var cursor = data.GetRowCursor(needed);
        var reader = new FeatureReader(cursor, features);
        var vocabulary = LabelVocabulary.For(label);
        var readLabel = LabelReader.Create(cursor, label, vocabulary);
        var readWeight = columns.Weight is null ? null : cursor.GetGetter<float>(needed[2]);
        var rows = new RowCollector(reader.Dimension);
        var classes = new List<int>();
        var weights = readWeight is null ? null : new List<float>();
        long position = 0, unlabelled = 0;
        for (; cursor.MoveNext(); position++)
        {
            if (position % 1024 == 0 && cancelled())
                throw new OperationCanceledException("Reading the training data was cancelled.");
            var index = readLabel();
            if (index == LabelReader.Missing)
            {
                unlabelled++;
                continue;
            }
            rows.Add(reader.ReadFinite(position));
            classes.Add(index);
            if (readWeight is not null)
                weights!.Add(ReadWeight(readWeight, columns.Weight!, position));
        }
        if (unlabelled > 0)
            channel.Warning(MessageSensitivity.None, "{0} rows without a label in column '{1}' were left out.", unlabelled, columns.Label);
        if (classes.Count == 0)
        {
            throw new InvalidOperationException(position == 0
                ? "The training data has no rows."
                : $"None of the {position} rows of the training data has a label in column '{columns.Label}'.");
        }
        return new TrainingSet(rows.ToStore(device), [.. classes], vocabulary.Count, weights?.ToArray());
    }

    private static float ReadWeight(ValueGetter<float> getter, string column, long row)
    {
        var weight = 0f;
        getter(ref weight);
        return float.IsFinite(weight) && weight >= 0
            ? weight
            : throw new InvalidOperationException(
                $"Column '{column}' has the weight {weight.ToString(CultureInfo.InvariantCulture)} in row {row} (counted from 0); a weight must be a finite number of at least 0.");
    }

    /// <summary>Keeps rows dense or sparse, as the first row suggests.</summary>
    private sealed class RowCollector(int dimension)
    {
        private readonly Queue<float[]> _blocks = [];
        private readonly List<(int[], float[])> _sparse = [];
        private float[] _block = [];
        private int _used;
        private int _count;
        private bool _isSparse;

        public void Add(in VBuffer<float> row)
        {
            if (_count++ == 0)
                _isSparse = !row.IsDense && row.GetValues().Length < WorthSparse * dimension;
            if (_isSparse)
                _sparse.Add(row.IsDense ? NonZero(row.GetValues()) : (row.GetIndices().ToArray(), row.GetValues().ToArray()));
            else
                row.CopyTo(Next());
        }

        public FeatureStore ToStore(Device device) =>
            _isSparse ? new SparseFeatureStore(_sparse, dimension, device) : new DenseFeatureStore(_blocks, _count, dimension, device);

        private Span<float> Next()
        {
            if (_used == _block.Length)
            {
                // Blocks grow from small, so that few rows do not cost a large one.
                var rows = Math.Clamp(_count, 1, Math.Max(1, BlockValues / dimension));
                _blocks.Enqueue(_block = new float[rows * dimension]);
                _used = 0;
            }
            _used += dimension;
            return _block.AsSpan(_used - dimension, dimension);
        }

        private static (int[], float[]) NonZero(ReadOnlySpan<float> row)
        {
            var slots = new List<int>();
            var values = new List<float>();
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] == 0)
                    continue;
                slots.Add(i);
                values.Add(row[i]);
            }
            return ([.. slots], [.. values]);
        }
    }
}
