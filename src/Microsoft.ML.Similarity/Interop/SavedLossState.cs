using System.Text.Json;
using Microsoft.ML.Similarity.Losses;

namespace Microsoft.ML.Similarity.Interop;

/// <summary>A loss's state inside a saved embedding: one stream of tensors, one of the classes' labels as a JSON array.</summary>
internal static class SavedLossState
{
    private const string StateStream = "Loss";
    private const string ClassesStream = "LossClasses";

    public static void Save(ModelSaveContext context, LossState? state)
    {
        if (state is null)
            return;
        SavedModel.WriteStream(context, StateStream, state.Write);
        SavedModel.WriteStream(context, ClassesStream, stream => JsonSerializer.Serialize(stream, state.Classes));
    }

    /// <param name="context">The saved model.</param>
    /// <param name="exists">Whether the model has one.</param>
    /// <exception cref="FormatException">A stream is missing or damaged.</exception>
    public static LossState? Load(ModelLoadContext context, bool exists)
    {
        if (!exists)
            return null;
        try
        {
            var classes = SavedModel.ReadStream(context, ClassesStream, stream => JsonSerializer.Deserialize<string[]>(stream))!;
            return SavedModel.ReadStream(context, StateStream, stream => LossState.Read(stream, classes));
        }
        catch (JsonException e)
        {
            throw new FormatException("The saved model is damaged: the classes of its loss cannot be read.", e);
        }
    }
}
