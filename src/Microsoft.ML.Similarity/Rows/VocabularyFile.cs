using Microsoft.ML.Data;

namespace Microsoft.ML.Similarity.Rows;

/// <summary>A vocabulary as bytes: its family, the type and number of its values, the values.</summary>
internal static class VocabularyFile
{
    private static readonly PrimitiveDataViewType?[] Types =
    [
        null, TextDataViewType.Instance, BooleanDataViewType.Instance,
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32,
        NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
        DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance, TimeSpanDataViewType.Instance, RowIdDataViewType.Instance,
    ];

    // The order is part of the file.
    private static readonly LabelFamily[] Families =
        [LabelFamily.KeyNumber, LabelFamily.Text, LabelFamily.Integer, LabelFamily.Boolean, LabelFamily.Float];

    public static byte CodeOf(PrimitiveDataViewType? type) => (byte)Array.IndexOf(Types, type);

    /// <exception cref="FormatException">The code stands for no type.</exception>
    public static PrimitiveDataViewType? TypeOf(byte code) =>
        code < Types.Length ? Types[code] : throw new FormatException($"The saved model is damaged: {code} is no type of values.");

    public static void Write(Stream stream, LabelVocabulary vocabulary)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write((byte)Array.IndexOf(Families, vocabulary.Family));
        writer.Write(CodeOf(vocabulary.ValueType));
        writer.Write(vocabulary.Count);
        foreach (var text in vocabulary.Texts)
            writer.Write(text);
        foreach (var number in vocabulary.Numbers)
        {
            writer.Write((long)(number >> 64));
            writer.Write(unchecked((ulong)number));
        }
    }

    /// <exception cref="FormatException">The stream is damaged.</exception>
    public static LabelVocabulary Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            var family = reader.ReadByte();
            if (family >= Families.Length)
                throw new FormatException($"The saved model is damaged: {family} is no kind of labels.");
            var vocabulary = new LabelVocabulary(Families[family], TypeOf(reader.ReadByte()));
            var count = reader.ReadInt32();
            for (var i = 0; i < count; i++)
            {
                if (vocabulary.Family == LabelFamily.Text)
                    vocabulary.Add(reader.ReadString());
                else
                    vocabulary.Add(new Int128((ulong)reader.ReadInt64(), reader.ReadUInt64()));
            }
            return vocabulary.Count == count
                ? vocabulary
                : throw new FormatException("The saved model is damaged: a label comes twice.");
        }
        catch (EndOfStreamException e)
        {
            throw new FormatException("The saved model is damaged: its labels end too early.", e);
        }
    }
}
