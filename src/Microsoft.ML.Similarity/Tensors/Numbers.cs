using System.Collections.Concurrent;
using TorchSharp;

namespace Microsoft.ML.Similarity.Tensors;

/// <summary>Numbers as libtorch takes them, kept alive.</summary>
/// <remarks>
/// A <see cref="Scalar"/> made by TorchSharp's implicit conversion is garbage as soon as its handle has been read, so its
/// finaliser can free the number while native code still reads it: seen as a rare "Expected false to be true", and wrong values
/// cannot be ruled out. BannedSymbols.txt forbids such conversions in this library.
/// </remarks>
internal static class Numbers
{
    private static readonly ConcurrentDictionary<double, Scalar> Doubles = new();
    private static readonly ConcurrentDictionary<long, Scalar> Integers = new();

    public static Scalar Zero { get; } = Number(0L);

    public static Scalar One { get; } = Number(1L);

    public static Scalar MinusOne { get; } = Number(-1L);

    /// <summary>A number that is one of few: declared, not computed, since it is kept for good.</summary>
    public static Scalar Number(double value) => Doubles.GetOrAdd(value, number => number.ToScalar());

    /// <inheritdoc cref="Number(double)"/>
    public static Scalar Number(long value) => Integers.GetOrAdd(value, number => number.ToScalar());
}
