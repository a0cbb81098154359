using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Encoders;
using Microsoft.ML.Similarity.Images;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>Embeds batches of rows for an <see cref="EmbeddingTransformer"/>.</summary>
internal sealed class EmbeddingMapping(
    EmbeddingModel model, TorchEvaluator? torch, string featureColumn, DataViewSchema.DetachedColumn output, string role = "feature") : IBatchMapping
{
    // A batch of inputs is kept within 2^22 values, 16 MiB.
    private const int MaximumBatchValues = 1 << 22;

    public int BatchSize { get; } = Math.Clamp(MaximumBatchValues / model.InputDimension, 1, model.Encoder.RowsAtOnce);

    public IReadOnlyList<DataViewSchema.DetachedColumn> GetOutputColumns(DataViewSchema input)
    {
        Find(input);
        return [output];
    }

    public IReadOnlyList<int> GetInputColumns(DataViewSchema input) => [Find(input).Index];

    public IBatchScorer CreateScorer(DataViewRow input, int capacity)
    {
        var column = Find(input.Schema);
        if (InputColumns.IsPicture(column.Type))
            return new PictureScorer(model, torch!, new PictureDecoder(model.Encoder.Pictures!), new PictureReader(input, column), capacity);
        var reader = new FeatureReader(input, column);
        return capacity == 1 && model.Network is { } network ? new RowScorer(network, reader) : new Scorer(model, torch, reader, capacity);
    }

    private DataViewSchema.Column Find(DataViewSchema input) =>
        InputColumns.Features(input, featureColumn, role, model.InputDimension, orPictures: model.Encoder.Pictures is not null);

    /// <summary>A getter of the embedding in a slot.</summary>
    public static ValueGetter<VBuffer<float>> Getter(float[] embeddings, int dimension, Func<int> slot) => (ref VBuffer<float> value) =>
    {
        var row = embeddings.AsSpan(slot() * dimension, dimension);
        var editor = VBufferEditor.Create(ref value, dimension);
        row.CopyTo(editor.Values);
        value = editor.Commit();
    };

    private sealed class RowScorer(DenseNetwork network, FeatureReader reader) : IBatchScorer
    {
        private readonly float[] _embedding = new float[network.OutputDimension];

        public void Gather(int slot) => network.Evaluate(reader.Read(), _embedding);

        public void Evaluate(int count)
        {
        }

        public Delegate CreateGetter(int outputColumn, Func<int> slot) => Getter(_embedding, network.OutputDimension, slot);

        public void Dispose()
        {
        }
    }

    // By the evaluator where there is one, else by the network's plain arrays, which are then there.
    private sealed class Scorer(EmbeddingModel model, TorchEvaluator? torch, FeatureReader reader, int capacity) : IBatchScorer
    {
        private readonly float[] _embeddings = new float[capacity * model.OutputDimension];
        private readonly bool[] _pending = new bool[capacity];

        // Dense rows wait here, each in its slot; made when the first comes.
        private float[] _rows = [];

        public void Gather(int slot)
        {
            ref readonly var row = ref reader.Read();
            _pending[slot] = row.IsDense || torch is not null;
            if (!_pending[slot])
            {
                // Only its stored values cost time: not worth making dense.
                model.Network!.Evaluate(row, _embeddings.AsSpan(slot * model.OutputDimension, model.OutputDimension));
                return;
            }
            if (_rows.Length == 0)
                _rows = new float[capacity * model.InputDimension];
            row.CopyTo(_rows.AsSpan(slot * model.InputDimension, model.InputDimension));
        }

        public void Evaluate(int count)
        {
            for (var start = 0; start < count; start++)
            {
                var end = start;
                while (end < count && _pending[end])
                    end++;
                if (end == start)
                    continue;
                if (torch is null)
                    model.Network!.Evaluate(_rows, _embeddings, start, end);
                else
                    torch.Evaluate(_rows, _embeddings, start, end);
                start = end;
            }
        }

        public Delegate CreateGetter(int outputColumn, Func<int> slot) => Getter(_embeddings, model.OutputDimension, slot);

        public void Dispose()
        {
        }
    }
}
