namespace Microsoft.ML.Similarity.Tests.Architecture;

internal static class BaseList
{
    /// <summary>The interfaces that a type adds itself: not those of its base type, nor those that others among them bring.</summary>
    public static IEnumerable<Type> Interfaces(Type type)
    {
        var all = type.GetInterfaces();
        return all.Except(all.SelectMany(i => i.GetInterfaces())).Except(type.BaseType?.GetInterfaces() ?? []);
    }
}
