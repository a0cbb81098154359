using System.Reflection;

namespace Microsoft.ML.Similarity.Tests.Interop;

/// <summary>Which types and members of ML.NET are not public, and how the contract's list names them.</summary>
internal static class MLNetInternals
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>The internals of ML.NET among what code of ours names.</summary>
    public static IEnumerable<string> In(IEnumerable<MemberInfo> references) => references.Where(IsInternal).Select(Name);

    public static bool IsInternal(MemberInfo member)
    {
        var assembly = member.Module.Assembly.GetName().Name!;
        var isOfMLNet = assembly.StartsWith("Microsoft.ML", StringComparison.Ordinal) && !assembly.StartsWith("Microsoft.ML.Similarity", StringComparison.Ordinal);
        return isOfMLNet && !IsReachable(member);
    }

    /// <summary>The names of all internals of the ML.NET assemblies that ours refers to.</summary>
    public static HashSet<string> All() =>
        typeof(SimilarityCatalog).Assembly.GetReferencedAssemblies()
            .Where(a => a.Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal))
            .SelectMany(a => Assembly.Load(a).GetTypes())
            .SelectMany(t => t.GetMembers(Declared).Where(m => m is MethodBase or FieldInfo).Append(t))
            .Where(IsInternal)
            .Select(Name)
            .ToHashSet();

    private static string Name(MemberInfo member) => member switch
    {
        Type type => type.FullName!,
        MethodBase method => $"{method.DeclaringType!.FullName}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => Short(p.ParameterType)))})",
        _ => $"{member.DeclaringType!.FullName}.{member.Name}",
    };

    private static string Short(Type type) =>
        type.IsGenericType ? $"{type.Name}[{string.Join(", ", type.GetGenericArguments().Select(Short))}]" : type.Name;

    // Protected members may be used by whoever derives.
    private static bool IsReachable(MemberInfo member) => member switch
    {
        Type type => type.IsVisible,
        MethodBase method => method.DeclaringType!.IsVisible && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
        FieldInfo field => field.DeclaringType!.IsVisible && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
        _ => throw new ArgumentException(member.MemberType.ToString(), nameof(member)),
    };
}
