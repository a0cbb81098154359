using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using global::Similarity.Build;

namespace Microsoft.ML.Similarity.Tests.Build;

public sealed class PublicizeReferencesTests
{
    [TestCase(typeof(ITransformer), Description = "Microsoft.ML.Core")]
    [TestCase(typeof(MLContext), Description = "Microsoft.ML.Data")]
    public void Every_internal_type_and_member_becomes_public_and_private_ones_stay(Type inside)
    {
        var before = File.ReadAllBytes(inside.Assembly.Location);
        var after = before.ToArray();
        PublicizeReferences.Publicize(after);

        var expected = Visibilities(before).Select(v => v.AsPublic).ToArray();
        Assert.That(expected, Is.Not.EqualTo(Visibilities(before).Select(v => v.Now)));
        Assert.That(Visibilities(after).Select(v => v.Now), Is.EqualTo(expected));
    }

    [Test]
    public void Nothing_else_changes()
    {
        var before = File.ReadAllBytes(typeof(MLContext).Assembly.Location);
        var after = before.ToArray();
        PublicizeReferences.Publicize(after);

        var changes = Enumerable.Range(0, before.Length).Count(i => before[i] != after[i]);
        Assert.That(changes, Is.EqualTo(Visibilities(before).Count(v => v.Now != v.AsPublic)));
    }

    [Test]
    public void A_file_that_is_no_assembly_is_refused([Values(0, 64, 4096)] int length) =>
        Assert.That(() => PublicizeReferences.Publicize(new byte[length]), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void An_assembly_cut_short_is_refused()
    {
        var cut = File.ReadAllBytes(typeof(MLContext).Assembly.Location)[..2048];
        Assert.That(
            () => PublicizeReferences.Publicize(cut),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("it is not a whole managed assembly"));
    }

    private static List<(string Now, string AsPublic)> Visibilities(byte[] assembly)
    {
        using var image = new PEReader(new MemoryStream(assembly));
        var metadata = image.GetMetadataReader();
        var all = new List<(string, string)>();
        foreach (var type in metadata.TypeDefinitions.Select(metadata.GetTypeDefinition))
        {
            var now = type.Attributes & TypeAttributes.VisibilityMask;
            all.Add((now.ToString(), now switch
            {
                TypeAttributes.NotPublic => TypeAttributes.Public,
                TypeAttributes.NestedAssembly or TypeAttributes.NestedFamANDAssem or TypeAttributes.NestedFamORAssem => TypeAttributes.NestedPublic,
                _ => now,
            } + ""));
            foreach (var field in type.GetFields().Select(metadata.GetFieldDefinition))
                Add(field.Attributes & FieldAttributes.FieldAccessMask);
            foreach (var method in type.GetMethods().Select(metadata.GetMethodDefinition))
                Add((FieldAttributes)(method.Attributes & MethodAttributes.MemberAccessMask));
        }
        return all;

        // The three bits mean the same for fields and methods.
        void Add(FieldAttributes now) => all.Add((now.ToString(), now switch
        {
            FieldAttributes.Assembly or FieldAttributes.FamANDAssem or FieldAttributes.FamORAssem => FieldAttributes.Public,
            _ => now,
        } + ""));
    }
}
