using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Similarity.Rows;
using Microsoft.ML.Similarity.Training.Storage;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Takes vectors.</summary>
/// <param name="dimension">The values of a vector.</param>
/// <param name="space">Where they go.</param>
internal sealed class VectorIntake(int dimension, DataSpace space) : FeatureIntake
{
    private readonly FeatureCollector _collector = new(dimension, space);

    public override int Count => _collector.Count;

    public override FeatureSource Open(DataViewRow row, DataViewSchema.Column column) => new Source(this, new FeatureReader(row, column));

    public override FeatureStore ToStore(TrainingRun run) => _collector.ToStore(run);

    public override void Dispose() => _collector.Dispose();

    private sealed class Source(VectorIntake intake, FeatureReader reader) : FeatureSource
    {
        private VBuffer<float> _row;
        private float[] _dense = [];

        public override ReadOnlySpan<byte> Bytes
        {
            get
            {
                if (_row.IsDense)
                    return MemoryMarshal.AsBytes(_row.GetValues());
                // A sparse row and a dense one may be equal.
                if (_dense.Length == 0)
                    _dense = new float[_row.Length];
                _row.CopyTo(_dense);
                return MemoryMarshal.AsBytes<float>(_dense);
            }
        }

        public override void Read(long row) => _row = reader.ReadFinite(row);

        public override void Keep() => intake._collector.Add(_row);
    }
}
