using System.Diagnostics;
using Microsoft.ML.Similarity.Images;
using Microsoft.ML.Similarity.Training.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Training;

/// <summary>Pictures as the bytes of their files, in memory or in a file; those of a batch are decoded by several threads.</summary>
/// <param name="rows">Frozen; the files. Owned.</param>
/// <param name="files">Where each is, and its size. All have been decoded before.</param>
/// <param name="decoder">Says what is wanted of a picture.</param>
/// <param name="device">Where batches are wanted.</param>
internal sealed class EncodedPictureStore(RowBytes rows, (long Offset, int Size)[] files, PictureDecoder decoder, Device device)
    : HostFeatureStore(files.Length, decoder.Shape.Length, ScalarType.Byte, device)
{
    public override bool IsPrepared => false;

    protected override int RowsWorthThread => 1;

    public override void Dispose() => rows.Dispose();

    protected override void Read(int row, Span<byte> target)
    {
        if (!decoder.TryDecode(rows.Read(files[row].Offset, files[row].Size), target))
            throw new UnreachableException($"The picture of row {row} was decoded before.");
    }
}
