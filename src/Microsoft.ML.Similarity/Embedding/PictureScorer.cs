using Microsoft.ML.Similarity.Images;
using Microsoft.ML.Similarity.Rows;

namespace Microsoft.ML.Similarity.Embedding;

/// <summary>Embeds rows of pictures; NaN where a row has none, or one that cannot be decoded.</summary>
internal sealed class PictureScorer : IBatchScorer
{
    private readonly EmbeddingModel _model;
    private readonly TorchEvaluator _torch;
    private readonly PictureReader _reader;
    private readonly PictureBatch _pictures;
    private readonly float[] _rows;
    private readonly float[] _embeddings;

    /// <param name="model">Of an encoder of pictures.</param>
    /// <param name="torch">Evaluates it.</param>
    /// <param name="decoder">Gives the pixels it takes.</param>
    /// <param name="reader">Gives the pictures.</param>
    /// <param name="capacity">The largest number of rows evaluated together.</param>
    public PictureScorer(EmbeddingModel model, TorchEvaluator torch, PictureDecoder decoder, PictureReader reader, int capacity)
    {
        _model = model;
        _torch = torch;
        _reader = reader;
        _pictures = new PictureBatch(decoder, capacity);
        _rows = new float[capacity * model.InputDimension];
        _embeddings = new float[capacity * model.OutputDimension];
    }

    public void Gather(int slot)
    {
        _pictures.Read(_reader, slot);
        if (_pictures.IsHeavy)
            Decode(slot + 1);
    }

    public void Evaluate(int count)
    {
        Decode(count);
        var size = _model.InputDimension;
        for (var slot = 0; slot < count; slot++)
        {
            var row = _rows.AsSpan(slot * size, size);
            if (_pictures.StateOf(slot) == PictureState.Decoded)
                PictureDecoder.Scale(_pictures.PixelsOf(slot), row);
            else
                row.Fill(float.NaN);
        }
        _torch.Evaluate(_rows, _embeddings, 0, count);
    }

    public Delegate CreateGetter(int outputColumn, Func<int> slot) => EmbeddingMapping.Getter(_embeddings, _model.OutputDimension, slot);

    public void Dispose() => _reader.Dispose();

    private void Decode(int count)
    {
        _pictures.Decode(count);
        _pictures.DropFiles();
    }
}
