using System.Reflection;
using Microsoft.ML.Similarity.Tests.Architecture;

namespace Microsoft.ML.Similarity.Tests.Interop;

/// <summary>
/// What the package relies on beyond ML.NET's public API. Before the range of ML.NET versions in Directory.Packages.props is
/// widened, these tests have to pass on the new version.
/// </summary>
public sealed class InternalsContractTests
{
    private const string ListName = "InternalMembers.txt";
    private static readonly Assembly Ours = typeof(SimilarityCatalog).Assembly;
    private static readonly string ListPath = Path.Combine(Repository.Root, "test", "Microsoft.ML.Similarity.Tests", "Interop", ListName);

    [Test]
    public void The_list_names_every_internal_member_in_use()
    {
        var used = MLNetInternals.In(Ours.GetTypes().SelectMany(References.Of).Concat(References.Of(Ours)))
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        var listed = File.ReadAllLines(ListPath);
        if (used.SequenceEqual(listed))
            return;

        var actual = Path.Combine(TestContext.CurrentContext.WorkDirectory, ListName);
        File.WriteAllLines(actual, used);
        Assert.Fail(
            $"""
            {ListName} is not what the assembly uses of ML.NET's internals.
            Used, not listed: {string.Join("; ", used.Except(listed))}
            Listed, not used: {string.Join("; ", listed.Except(used))}
            Each use ties the package to ML.NET versions that have it. Where it is worth that, copy
            {actual} over
            {ListPath}.
            """);
    }

    [Test]
    public void Every_listed_member_exists_in_this_version_of_ML_NET() =>
        Assert.That(File.ReadAllLines(ListPath).Except(MLNetInternals.All()), Is.Empty);

    [Test]
    public void Only_Interop_touches_internals()
    {
        var offenders = Ours.GetTypes()
            .Where(t => t.Namespace != "Microsoft.ML.Similarity.Interop")
            .SelectMany(t => MLNetInternals.In(References.Of(t)).Select(name => $"{t} uses {name}"));
        Assert.That(offenders, Is.Empty);
    }

    [Test]
    public void No_public_type_shows_an_internal_one()
    {
        var offenders = Ours.GetTypes().Where(t => t.IsVisible).SelectMany(t => Shown(t).Where(MLNetInternals.IsInternal).Select(s => $"{t} shows {s}"));
        Assert.That(offenders, Is.Empty);
    }

    // What a consumer's compiler looks at: the base list, the constraints, and the signatures it can reach.
    private static IEnumerable<Type> Shown(Type type)
    {
        const BindingFlags declared =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var fields = type.GetFields(declared).Where(f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly).Select(f => f.FieldType);
        var methods = type.GetMembers(declared).OfType<MethodBase>().Where(m => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly).ToArray();
        var constraints = methods.Where(m => m.IsGenericMethodDefinition).SelectMany(m => m.GetGenericArguments())
            .Concat(type.GetGenericArguments())
            .Where(a => a.IsGenericParameter)
            .SelectMany(a => a.GetGenericParameterConstraints());
        return BaseList.Interfaces(type).Concat([type.BaseType ?? typeof(object)]).Concat(fields).Concat(constraints)
            .SelectMany(References.Parts)
            .Concat(methods.SelectMany(References.Signature));
    }
}
