using global::Similarity.Build;

namespace Microsoft.ML.Similarity.Tests.Build;

public sealed class RelaxGlibcxxTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const byte Weak = 2;

    [Test]
    public void Marks_the_one_need_of_that_name()
    {
        var elf = Library();
        var expected = Library();
        expected[SyntheticElf.FlagsAt(file: 1, need: 4)] = Weak;

        Assert.That(RelaxGlibcxx.MarkWeak(elf, Version), Is.EqualTo(1));
        Assert.That(elf, Is.EqualTo(expected));
    }

    [Test]
    public void A_second_run_changes_nothing()
    {
        var elf = Library();
        RelaxGlibcxx.MarkWeak(elf, Version);
        var once = elf.ToArray();

        Assert.That(RelaxGlibcxx.MarkWeak(elf, Version), Is.Zero);
        Assert.That(elf, Is.EqualTo(once));
    }

    [TestCase("GLIBCXX_3.4.3")]
    [TestCase("GLIBCXX_3.4.320")]
    [TestCase("libc.so.6")]
    public void Needs_of_other_names_stay(string version)
    {
        var elf = Library();
        Assert.That(RelaxGlibcxx.MarkWeak(elf, version), Is.Zero);
        Assert.That(elf, Is.EqualTo(Library()));
    }

    [TestCase(4, 1, Description = "32 bits")]
    [TestCase(5, 2, Description = "big endian")]
    [TestCase(1, 'M', Description = "no ELF")]
    public void Foreign_files_stay(int at, int value)
    {
        var elf = Library();
        elf[at] = (byte)value;
        var before = elf.ToArray();

        Assert.That(RelaxGlibcxx.MarkWeak(elf, Version), Is.Zero);
        Assert.That(elf, Is.EqualTo(before));
    }

    [Test]
    public void A_file_cut_anywhere_is_named_damaged_and_stays()
    {
        var whole = Library();
        for (var length = 7; length < whole.Length; length++)
        {
            var cut = whole[..length];
            Assert.That(
                () => RelaxGlibcxx.MarkWeak(cut, Version),
                Throws.TypeOf<InvalidDataException>().With.Message.EqualTo($"it ends at byte {length}, before what its headers name"),
                $"cut at {length}");
            Assert.That(cut, Is.EqualTo(whole[..length]));
        }
    }

    [Test]
    public void A_byte_damaged_anywhere_gives_an_answer_or_names_the_damage([Values(0x00, 0x7f, 0xff)] int value)
    {
        for (var at = 0; at < Library().Length; at++)
        {
            var elf = Library();
            elf[at] = (byte)value;
            var before = elf.ToArray();
            try
            {
                Assert.That(RelaxGlibcxx.MarkWeak(elf, Version), Is.InRange(0, 1), $"byte {at}");
            }
            catch (InvalidDataException)
            {
                Assert.That(elf, Is.EqualTo(before), $"byte {at}");
            }
        }
    }

    [Test]
    public void A_list_that_ends_early_is_named_damaged()
    {
        var elf = Library();
        elf[SyntheticElf.FlagsAt(file: 0, need: 0) + 8] = 0;
        Assert.That(
            () => RelaxGlibcxx.MarkWeak(elf, Version),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("its list of needed versions ends early"));
    }

    // Two files with needs; the one meant is the last of all, so that reading ends with the file.
    private static byte[] Library() =>
        SyntheticElf.Build(("libc.so.6", ["GLIBC_2.34", "GLIBC_2.14"]), ("libstdc++.so.6", ["CXXABI_1.3", "GLIBCXX_3.4.30", Version]));
}
