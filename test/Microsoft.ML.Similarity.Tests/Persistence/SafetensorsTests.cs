using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Similarity.Persistence;

namespace Microsoft.ML.Similarity.Tests.Persistence;

public sealed class SafetensorsTests
{
    [Test]
    public void What_is_written_is_read_back()
    {
        var large = Enumerable.Range(0, 700_000).Select(i => i * 0.5f).ToArray();   // more than one slice, and than two
        var file = RoundTrip(
            SafetensorsPart.Of<byte>("bytes", new byte[] { 0, 255 }, 2),
            SafetensorsPart.Of<int>("ints", new[] { int.MinValue, 1, 2, 3, 4, 5 }, 2, 3),
            SafetensorsPart.Of<long>("longs", new[] { long.MaxValue }, 1),
            SafetensorsPart.Of<float>("floats", large, 700, 1000),
            SafetensorsPart.Of<double>("single", new[] { Math.PI }),
            SafetensorsPart.Of<float>("none", ReadOnlyMemory<float>.Empty, 0, 7));
        Assert.That(file.Tensors, Has.Count.EqualTo(6));
        Assert.That(file.Get<byte>("bytes", 2), Is.EqualTo(new byte[] { 0, 255 }));
        Assert.That(file.Get<int>("ints", 2, 3), Is.EqualTo(new[] { int.MinValue, 1, 2, 3, 4, 5 }));
        Assert.That(file.Get<long>("longs", -1), Is.EqualTo(new[] { long.MaxValue }));
        Assert.That(file.Get<float>("floats", -1, 1000).AsSpan().SequenceEqual(large), Is.True);
        Assert.That(file.Get<double>("single"), Is.EqualTo(new[] { Math.PI }));
        Assert.That(file.Get<float>("none", 0, 7), Is.Empty);
    }

    [Test]
    public void The_form_is_the_published_one()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [SafetensorsPart.Of<float>("w", new[] { 1f }, 1)]);
        var bytes = stream.ToArray();
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        Assert.That(Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(), Is.EqualTo("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"""));
        Assert.That(length % 8, Is.Zero);
        Assert.That(bytes[(8 + length)..], Is.EqualTo(new byte[] { 0, 0, 128, 63 }));
    }

    [Test]
    public void Tensors_may_stand_in_any_order_and_metadata_beside_them()
    {
        var file = Safetensors.Read(Damaged(
            """{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1, 2));
        Assert.That(file.Get<byte>("a", 1)[0], Is.EqualTo(1));
        Assert.That(file.Get<byte>("b", 1)[0], Is.EqualTo(2));
    }

    [TestCase("[]", "its header is not a JSON object")]
    [TestCase("""{"a":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}}""", "tensor 'a' has the unknown dtype 'F8'; known are U8, I32, I64, F32, F64")]
    [TestCase("""{"a":{"dtype":"0","shape":[1],"data_offsets":[0,1]}}""", "tensor 'a' has the unknown dtype '0'; known are U8, I32, I64, F32, F64")]
    [TestCase("""{"a":{"shape":[1],"data_offsets":[0,1]}}""", "tensor 'a' has no dtype")]
    [TestCase("""{"a":{"dtype":"U8","data_offsets":[0,1]}}""", "tensor 'a' has no shape")]
    [TestCase("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", "tensor 'a' has '-1' in its shape; whole numbers of at least 0 are wanted")]
    [TestCase("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", "tensor 'a' has the data_offsets [1, 0]; a begin and an end are wanted")]
    [TestCase("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2]}}""", "tensor 'a' of shape [1] takes 4 bytes, and its data_offsets span 2")]
    [TestCase("""{"a":{"dtype":"U8","shape":[9223372036854775807,2],"data_offsets":[0,2]}}""", "tensor 'a' has the impossible shape [9223372036854775807, 2]")]
    [TestCase("""{"a":{"dtype":"U8","shape":[9000000000],"data_offsets":[0,9000000000]}}""", "tensor 'a' has 9000000000 values, more than an array can hold")]
    [TestCase("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "tensor 'a' begins at byte 1 where 0 was expected: tensors overlap or leave a gap")]
    [TestCase("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", "tensor 'a' comes twice")]
    [TestCase("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "it ends within tensor 'a'")]
    [TestCase("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "there are bytes after the last tensor")]
    public void A_damaged_file_is_refused_with_the_reason(string header, string reason) => Assert.That(
        () => Safetensors.Read(Damaged(header, 1, 2)),
        Throws.InstanceOf<FormatException>().With.Message.EqualTo($"The safetensors data is damaged: {reason}."));

    [Test]
    public void A_file_cut_off_in_its_header_is_refused()
    {
        var whole = Damaged("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1).ToArray();
        Assert.That(() => Safetensors.Read(new MemoryStream(whole[..5])), Throws.InstanceOf<FormatException>()
            .With.Message.EqualTo("The safetensors data is damaged: it ends within the length of its header."));
        Assert.That(() => Safetensors.Read(new MemoryStream(whole[..20])), Throws.InstanceOf<FormatException>()
            .With.Message.EqualTo("The safetensors data is damaged: it ends within its header."));
        Assert.That(() => Safetensors.Read(new MemoryStream("PK is not a header"u8.ToArray())), Throws.InstanceOf<FormatException>()
            .With.Message.Contains("more than the 100000000 allowed"));
    }

    [Test]
    public void A_header_that_is_not_JSON_is_refused()
    {
        byte[] notUtf8 = [.. "{\""u8, 0xff, 0xfe, .. "\":{}}"u8];
        foreach (var header in new[] { "{\"a\":"u8.ToArray(), notUtf8 })
        {
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            Assert.That(() => Safetensors.Read(new MemoryStream([.. length, .. header])), Throws.InstanceOf<FormatException>()
                .With.Message.StartsWith("The safetensors data is damaged: its header is not JSON ("));
        }
    }

    [Test]
    public void Asking_for_what_is_not_there_is_refused()
    {
        var file = RoundTrip(SafetensorsPart.Of<float>("w", new float[6], 2, 3));
        Assert.That(() => file.Get<float>("v", 1), Throws.InstanceOf<FormatException>().With.Message.EqualTo("The safetensors data has no tensor 'v'."));
        Assert.That(() => file.Get<double>("w", 2, 3), Throws.InstanceOf<FormatException>().With.Message.EqualTo("Tensor 'w' holds F32, where F64 was expected."));
        Assert.That(() => file.Get<float>("w", -1, 2), Throws.InstanceOf<FormatException>()
            .With.Message.EqualTo("Tensor 'w' has the shape [2, 3], where [-1, 2] was expected (-1: any)."));
        Assert.That(() => SafetensorsPart.Of<float>("w", new float[5], 2, 3), Throws.ArgumentException
            .With.Message.StartsWith("Tensor 'w' of shape [2, 3] takes 6 values and was given 5."));
        Assert.That(() => RoundTrip(SafetensorsPart.Of<float>("w", new float[1]), SafetensorsPart.Of<float>("w", new float[1])), Throws.ArgumentException
            .With.Message.StartsWith("Two tensors are named 'w', or the name is reserved."));
    }

    private static SafetensorsFile RoundTrip(params SafetensorsPart[] parts)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, parts);
        stream.Position = 0;
        return Safetensors.Read(stream);
    }

    private static MemoryStream Damaged(string header, params byte[] values)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return new MemoryStream([.. length, .. text, .. values]);
    }
}
