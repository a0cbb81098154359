using System.Text.Json;
using Microsoft.ML.Similarity.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Similarity.Tests.Augmentation;

public sealed class ImageAugmentationTests
{
    private static readonly RandomAffine Still = new() { Degrees = 0, Translate = 0, Scale = 0, Shear = 0 };

    private static readonly ImageAugmentation[] Declarations =
    [
        new RandomAffine(), Still, new RandomHorizontalFlip { Probability = 0.3 }, new RandomCrop { Padding = 2 },
        new AugmentationSequence { Steps = [new RandomCrop(), new RandomHorizontalFlip()] }, new AugmentationSequence { Steps = [] },
    ];

    [Test]
    public void Declarations_are_equal_by_value_and_survive_JSON([ValueSource(nameof(Declarations))] ImageAugmentation declaration)
    {
        var read = JsonSerializer.Deserialize<ImageAugmentation>(JsonSerializer.Serialize(declaration))!;
        Assert.That(read, Is.EqualTo(declaration));
        Assert.That(read.GetHashCode(), Is.EqualTo(declaration.GetHashCode()));
        Assert.That(Declarations.Count(other => other.Equals(declaration)), Is.EqualTo(1));
    }

    [Test]
    public void Values_out_of_range_are_refused()
    {
        Refused(() => new RandomAffine { Degrees = 181 }, "Degrees must be at least 0 and at most 180. (Parameter 'Degrees')");
        Refused(() => new RandomAffine { Translate = double.NaN }, "Translate must be at least 0 and at most 1. (Parameter 'Translate')");
        Refused(() => new RandomAffine { Scale = 1 }, $"Scale must be at least 0 and at most {0.9}. (Parameter 'Scale')");
        Refused(() => new RandomAffine { Shear = -1 }, "Shear must be at least 0 and at most 2. (Parameter 'Shear')");
        Refused(() => new RandomHorizontalFlip { Probability = 1.1 }, "Probability must be at least 0 and at most 1. (Parameter 'Probability')");
        Refused(() => new RandomCrop { Padding = -1 }, "Padding must be at least 0. (Parameter 'Padding')");
        Assert.That(() => new AugmentationSequence { Steps = [null!] }, Throws.ArgumentException.With.Message.EqualTo("None of Steps may be null. (Parameter 'Steps')"));
        Assert.That(() => new AugmentationSequence { Steps = null! }, Throws.ArgumentNullException.With.Property("ParamName").EqualTo("Steps"));
        using var generator = new Generator(1, CPU);
        using var flat = zeros(3, 4);
        Assert.That(() => Still.Apply(flat, generator), Throws.ArgumentException.With.Message.EqualTo(
            "images must have the dimensions [B, channels, height, width]; it has the shape [3, 4]. (Parameter 'images')"));

        static void Refused(Func<object> make, string message) =>
            Assert.That(make, Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith(message + Environment.NewLine));
    }

    [Test]
    public void Nothing_to_do_leaves_pictures_as_they_are()
    {
        using var scope = NewDisposeScope();
        var images = Pictures(5, 2, 4, 7);
        foreach (var still in new ImageAugmentation[]
        {
            Still, new RandomHorizontalFlip { Probability = 0 }, new RandomCrop { Padding = 0 },
            new AugmentationSequence { Steps = [] }, new AugmentationSequence { Steps = [Still, Still] },
        })
        {
            Assert.That(Apply(still, images).allclose(images, atol: 1e-5), still.ToString());
        }
    }

    [Test]
    public void The_pictures_given_stay_as_they_are([ValueSource(nameof(Declarations))] ImageAugmentation declaration)
    {
        using var scope = NewDisposeScope();
        var images = Pictures(5, 2, 6, 6);
        var copy = images.clone();
        using (var changed = Apply(declaration, images))
            Assert.That((changed.shape, changed.dtype), Is.EqualTo((images.shape, images.dtype)));
        Assert.That(images.eq(copy).all().ToBoolean());
    }

    [Test]
    public void The_generator_decides([ValueSource(nameof(Declarations))] ImageAugmentation declaration)
    {
        using var scope = NewDisposeScope();
        var images = Pictures(20, 1, 6, 6);
        manual_seed(11);
        var expected = rand(3).data<float>().ToArray();
        manual_seed(11);
        var first = Apply(declaration, images);
        Assert.That(Apply(declaration, images).eq(first).all().ToBoolean());
        var isRandom = declaration != Still && declaration is not AugmentationSequence { Steps.Count: 0 };
        Assert.That(Apply(declaration, images, seed: 2).allclose(first, atol: 1e-4), Is.EqualTo(!isRandom));
        Assert.That(rand(3).data<float>().ToArray(), Is.EqualTo(expected), "the global generator");
    }

    [Test]
    public void A_quarter_turn_is_known([Values(3, 4)] int side)
    {
        using var scope = NewDisposeScope();
        var images = Pictures(2, 2, side, side);
        var zero = zeros_like(images[.., 0, 0, 0]);
        var turned = RandomAffine.Map(images, zero + Math.PI / 2, ones_like(zero), zero, zero, zero);
        Assert.That(turned.allclose(images.rot90(1, (2, 3)), atol: 1e-5));
    }

    // A wide picture's middle square turns as a square picture.
    [Test]
    public void A_wide_picture_is_turned_rigidly()
    {
        using var scope = NewDisposeScope();
        var square = Pictures(1, 1, 4, 4);
        var wide = nn.functional.pad(square, [3, 3, 0, 0]);
        var (zero, angle) = (zeros_like(square[.., 0, 0, 0]), full_like(square[.., 0, 0, 0], 0.4));
        var expected = RandomAffine.Map(square, angle, ones_like(zero), zero, zero, zero);
        Assert.That(RandomAffine.Map(wide, angle, ones_like(zero), zero, zero, zero).narrow(3, 3, 4).allclose(expected, atol: 1e-5));
    }

    [Test]
    public void Shifts_are_shares_of_the_sides()
    {
        using var scope = NewDisposeScope();
        var images = Pictures(1, 1, 4, 8);
        var zero = zeros_like(images[.., 0, 0, 0]);
        var moved = RandomAffine.Map(images, zero, ones_like(zero), zero, zero + 0.25, zero + 0.25);
        Assert.That(moved.narrow(2, 0, 3).narrow(3, 0, 6).allclose(images.narrow(2, 1, 3).narrow(3, 2, 6), atol: 1e-5));
        Assert.That(moved.narrow(2, 3, 1).abs().max().item<float>(), Is.LessThan(1e-5), "what comes from outside");
    }

    // A spot, 6 pixels to the right of the centre, and where it goes.
    [Test]
    public void Amounts_fill_their_ranges_evenly()
    {
        const int count = 3000;
        using var scope = NewDisposeScope();
        var axis = arange(41, dtype: ScalarType.Float64, device: TestDevice.Current) - 20;
        var spot = exp(-(axis - 6).square().unsqueeze(0) / 4 - axis.square().unsqueeze(1) / 4).expand(count, 1, 41, 41);

        var (x, y) = Centre(Still with { Degrees = 30 });
        Even([.. x.Zip(y, (x, y) => -Math.Atan2(y, x) * 180 / Math.PI)], -30, 30);
        (x, _) = Centre(Still with { Translate = 0.1 });
        Even([.. x.Select(x => (6 - x) / 41)], -0.1, 0.1);
        (_, y) = Centre(Still with { Translate = 0.1 });
        Even([.. y.Select(y => -y / 41)], -0.1, 0.1);
        (x, _) = Centre(Still with { Scale = 0.3 });
        Even([.. x.Select(x => 6 / x)], 0.7, 1.3);

        (double[] X, double[] Y) Centre(ImageAugmentation augmentation)
        {
            var moved = Apply(augmentation, spot).squeeze(1);
            var mass = moved.sum([1, 2]);
            return (((moved * axis).sum([1, 2]) / mass).cpu().data<double>().ToArray(), ((moved * axis.unsqueeze(1)).sum([1, 2]) / mass).cpu().data<double>().ToArray());
        }

        static void Even(double[] amounts, double least, double most)
        {
            var width = most - least;
            Assert.That(amounts.Min(), Is.EqualTo(least).Within(0.02 * width));
            Assert.That(amounts.Max(), Is.EqualTo(most).Within(0.02 * width));
            foreach (var share in new[] { 0.25, 0.5, 0.75 })
                Assert.That(amounts.Count(amount => amount < least + share * width) / (double)count, Is.EqualTo(share).Within(0.04));
        }
    }

    [Test]
    public void A_share_of_pictures_is_mirrored()
    {
        using var scope = NewDisposeScope();
        var images = Pictures(1000, 1, 2, 3);
        var changed = Apply(new RandomHorizontalFlip { Probability = 0.3 }, images);
        var (same, mirrored) = (changed.eq(images).all(dim: 3).all(dim: 2).squeeze(1), changed.eq(images.flip(3)).all(dim: 3).all(dim: 2).squeeze(1));
        Assert.That(same.logical_xor(mirrored).all().ToBoolean());
        Assert.That(mirrored.sum().item<long>() / 1000.0, Is.EqualTo(0.3).Within(0.05));
    }

    [Test]
    public void Crops_are_shifts_by_whole_pixels_each_as_likely()
    {
        using var scope = NewDisposeScope();
        const int count = 2500;
        var picture = Pictures(1, 2, 4, 6);
        var changed = Apply(new RandomCrop { Padding = 2 }, picture.expand(count, 2, 4, 6));
        var padded = nn.functional.pad(picture, [2, 2, 2, 2]);
        var found = 0L;
        for (var down = 0; down <= 4; down++)
        {
            for (var right = 0; right <= 4; right++)
            {
                var shifted = padded.narrow(2, down, 4).narrow(3, right, 6);
                var equal = changed.eq(shifted).flatten(1).all(dim: 1).sum().item<long>();
                Assert.That(equal, Is.EqualTo(count / 25).Within(40));
                found += equal;
            }
        }
        Assert.That(found, Is.EqualTo(count));
    }

    private static Tensor Pictures(params long[] shape)
    {
        using var generator = new Generator(5, CPU);
        return (empty(shape).uniform_(1, 2, generator)).to(TestDevice.Current);
    }

    private static Tensor Apply(ImageAugmentation augmentation, Tensor images, ulong seed = 1)
    {
        using var generator = new Generator(seed, images.device);
        return augmentation.Apply(images, generator);
    }
}
