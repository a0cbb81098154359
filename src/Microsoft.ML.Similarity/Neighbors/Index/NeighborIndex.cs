using Microsoft.ML.Similarity.Neighbors.Storage;

namespace Microsoft.ML.Similarity.Neighbors.Index;

/// <summary>Rows of vectors with ids, in which the nearest to any vector are found.</summary>
/// <remarks>
/// <para>
/// Any number of threads may search, add, and remove at the same time. A search sees the rows as they were when it began. Added rows are
/// found at once; a removed row is never found again, and its memory is freed by the next rebuild, which happens in the background. Where one
/// fails, as for want of memory, the next change throws its exception and changes nothing; the one after that begins another.
/// </para>
/// <para>
/// Exact results are those of computing the distance of every row, to the bit, and the smaller id comes first where distances are equal:
/// integers in their order, text in that of its code points. Neither the number of threads nor the batch changes them.
/// <see cref="Options.Mode"/> says whether searches are exact. An exact search costs O(rows · dimension) at worst; on data with structure,
/// codes of a byte or less a value leave a few hundred distances of 100,000 to compute.
/// </para>
/// <para>
/// Memory per row: 4 bytes a value, dimensions padded to a multiple of 16, once for rows with equal vectors; of an exact index at most as many
/// bytes of codes as values, and 4; 8 bytes of an integer id, of text its UTF-8 and 8 bytes; and the payload. A query allocates no managed
/// memory once the index is warm.
/// </para>
/// <para>
/// Values must be finite. Under <see cref="NeighborMetric.Cosine"/>, a vector of zeros has the distance 1 to every vector. Otherwise vectors
/// are scaled by a power of 2 where their squares would leave the range of a float. Queries so much larger than all rows that squares leave it
/// still, a thousand times as large at the least, have infinite distances; rows 10^30 times smaller than the largest lose bits.
/// </para>
/// </remarks>
public sealed partial class NeighborIndex : IDisposable
{
    private readonly LiveIndex<long>? _numbered;
    private readonly LiveIndex<string>? _named;
    private readonly Options _options;

    private NeighborIndex(LiveIndex<long>? numbered, LiveIndex<string>? named, Options options)
    {
        (_numbered, _named, _options) = (numbered, named, options);
    }

    /// <summary>What makes rows near.</summary>
    public NeighborMetric Metric => _numbered?.Metric ?? _named!.Metric;

    /// <summary>The number of values of a vector.</summary>
    public int Dimension => _numbered?.Dimension ?? _named!.Dimension;

    /// <summary>Whether ids are text, rather than integers.</summary>
    public bool HasTextIds => _named != null;

    /// <summary>The rows that searches can return.</summary>
    public int Count => _numbered?.Current.Count ?? _named!.Current.Count;

    /// <summary>What the index holds at present.</summary>
    public NeighborIndexStatistics Statistics =>
        _numbered != null ? NeighborIndexStatistics.Of(_numbered.Current) : NeighborIndexStatistics.Of(_named!.Current);

    /// <summary>Builds an index of rows with integer ids.</summary>
    /// <param name="vectors">The vectors, one after the other. They are copied.</param>
    /// <param name="dimension">The number of values of a vector, at least 1.</param>
    /// <param name="ids">A different id for each row, in any order.</param>
    /// <param name="payload">Columns with a value for each row; null for none.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">Lengths do not fit, a value is NaN or infinite, or an id is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The dimension or an option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled.</exception>
    public static NeighborIndex Build(
        ReadOnlySpan<float> vectors, int dimension, ReadOnlySpan<long> ids, IReadOnlyList<PayloadColumn>? payload = null, Options? options = null)
    {
        var chosen = (options ?? new Options()).Checked();
        return new(LiveIndex.Build(IdKind.Int64, vectors, dimension, ids.ToArray(), payload ?? [], chosen), null, chosen);
    }

    /// <summary>Builds an index of rows with text ids.</summary>
    /// <inheritdoc cref="Build(ReadOnlySpan{float}, int, ReadOnlySpan{long}, IReadOnlyList{PayloadColumn}, Options)"/>
    public static NeighborIndex Build(
        ReadOnlySpan<float> vectors, int dimension, ReadOnlySpan<string> ids, IReadOnlyList<PayloadColumn>? payload = null, Options? options = null)
    {
        var chosen = (options ?? new Options()).Checked();
        return new(null, LiveIndex.Build(IdKind.String, vectors, dimension, CheckedIds(ids), payload ?? [], chosen), chosen);
    }

    /// <summary>Opens a file that <see cref="Save"/> wrote, on any platform.</summary>
    /// <remarks>The file is mapped: only what searches look at is read, and processes share it.</remarks>
    /// <param name="path">The file. It may be replaced, but must not be changed, while the index is open.</param>
    /// <param name="verify">
    /// Whether to check all of the file, which reads it; otherwise parts of up to 16 MB each are checked, and all that tell where others are. What
    /// is damaged elsewhere then makes wrong results, but does no harm beyond.
    /// </param>
    /// <param name="options">Null for the defaults; the metric and the mode are the file's.</param>
    /// <exception cref="InvalidDataException">The file is not one of an index, or truncated or corrupted; the message says where.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static NeighborIndex Open(string path, bool verify = false, Options? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var chosen = (options ?? new Options()).Checked();
        var file = IndexFile.Open(path, verify);
        return SegmentFile.HasTextIds(file)
            ? new(null, LiveIndex.Load(file, IdKind.String, chosen), chosen)
            : new(LiveIndex.Load(file, IdKind.Int64, chosen), null, chosen);
    }

    /// <summary>Writes the index to one file.</summary>
    /// <remarks>
    /// A file of the name is replaced when the new one is complete; a crash leaves it whole. The index is rebuilt first where rows were added or
    /// removed. Indexes of the same rows and options have files of the same bytes.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _numbered?.Save(path);
        _named?.Save(path);
    }

    /// <summary>Finds the rows nearest to a vector, the nearest first, on the calling thread.</summary>
    /// <param name="query">The vector.</param>
    /// <param name="ids">Room for as many ids as are asked for.</param>
    /// <param name="distances">As much room for the distances.</param>
    /// <param name="filter">The rows that may be returned; null for all.</param>
    /// <returns>How many were found: as many as there is room for or, where these are fewer, as there are rows.</returns>
    /// <exception cref="ArgumentException">Lengths do not fit, or a value is NaN or infinite.</exception>
    /// <exception cref="InvalidOperationException">The index has text ids.</exception>
    /// <exception cref="ObjectDisposedException">The index was disposed of.</exception>
    public int Search(ReadOnlySpan<float> query, Span<long> ids, Span<float> distances, NeighborFilter? filter = null)
    {
        Span<int> counts = stackalloc int[1];
        Search(Numbered, query, ids.Length, ids, distances, counts, filter, threads: 1);
        return counts[0];
    }

    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{long}, Span{float}, NeighborFilter)"/>
    /// <exception cref="InvalidOperationException">The index has integer ids.</exception>
    public int Search(ReadOnlySpan<float> query, Span<string> ids, Span<float> distances, NeighborFilter? filter = null)
    {
        Span<int> counts = stackalloc int[1];
        Search(Named, query, ids.Length, ids, distances, counts, filter, threads: 1);
        return counts[0];
    }

    /// <summary>Finds the rows nearest to each of some vectors, by as many threads as the options say.</summary>
    /// <param name="queries">The vectors, one after the other.</param>
    /// <param name="k">How many rows for each, at least 1.</param>
    /// <param name="ids">k places for each vector.</param>
    /// <param name="distances">k places for each vector.</param>
    /// <param name="counts">How many of the places were filled, for each vector; the others stay as they are.</param>
    /// <param name="filter">The rows that may be returned; null for all.</param>
    /// <inheritdoc cref="Search(ReadOnlySpan{float}, Span{long}, Span{float}, NeighborFilter)" path="/exception"/>
    public void SearchBatch(
        ReadOnlySpan<float> queries, int k, Span<long> ids, Span<float> distances, Span<int> counts, NeighborFilter? filter = null) =>
        Search(Numbered, queries, k, ids, distances, counts, filter, _options.Threads);

    /// <inheritdoc cref="SearchBatch(ReadOnlySpan{float}, int, Span{long}, Span{float}, Span{int}, NeighborFilter)"/>
    public void SearchBatch(
        ReadOnlySpan<float> queries, int k, Span<string> ids, Span<float> distances, Span<int> counts, NeighborFilter? filter = null) =>
        Search(Named, queries, k, ids, distances, counts, filter, _options.Threads);

    /// <summary>Adds rows. Searches that begin later find them.</summary>
    /// <param name="vectors">The vectors, one after the other.</param>
    /// <param name="ids">An id for each that no row of the index has.</param>
    /// <param name="payload">The columns that the index has.</param>
    /// <exception cref="ArgumentException">Lengths or columns do not fit, a value is NaN or infinite, or an id is taken. No row is added then.</exception>
    /// <exception cref="InvalidOperationException">The index has text ids.</exception>
    public void Add(ReadOnlySpan<float> vectors, ReadOnlySpan<long> ids, IReadOnlyList<PayloadColumn>? payload = null) =>
        LiveIndex.Add(Numbered, vectors, ids.ToArray(), payload ?? []);

    /// <inheritdoc cref="Add(ReadOnlySpan{float}, ReadOnlySpan{long}, IReadOnlyList{PayloadColumn})"/>
    /// <exception cref="InvalidOperationException">The index has integer ids.</exception>
    public void Add(ReadOnlySpan<float> vectors, ReadOnlySpan<string> ids, IReadOnlyList<PayloadColumn>? payload = null) =>
        LiveIndex.Add(Named, vectors, CheckedIds(ids), payload ?? []);

    /// <summary>Removes rows. Searches that begin later do not find them.</summary>
    /// <param name="ids">Ids; those that the index does not have are ignored.</param>
    /// <returns>How many rows were removed.</returns>
    /// <exception cref="InvalidOperationException">The index has text ids.</exception>
    public int Remove(ReadOnlySpan<long> ids) => Numbered.Remove(ids);

    /// <inheritdoc cref="Remove(ReadOnlySpan{long})"/>
    /// <exception cref="InvalidOperationException">The index has integer ids.</exception>
    public int Remove(ReadOnlySpan<string> ids)
    {
        if (ids.Contains(null))
            throw new ArgumentException($"Id {ids.IndexOf((string?)null)} is null.", nameof(ids));
        return Named.Remove(ids);
    }

    /// <summary>Whether the index has a row of the id.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="InvalidOperationException">The index has text ids.</exception>
    public bool Contains(long id) => Numbered.Contains(id);

    /// <inheritdoc cref="Contains(long)"/>
    /// <exception cref="InvalidOperationException">The index has integer ids.</exception>
    public bool Contains(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Named.Contains(id);
    }

    /// <summary>A row's value of a payload column.</summary>
    /// <typeparam name="T">The column's type: long, float, double or string.</typeparam>
    /// <param name="id">The row's id.</param>
    /// <param name="column">The column's name.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether the index has a row of the id.</returns>
    /// <exception cref="ArgumentException">The index has no such column of the type.</exception>
    /// <exception cref="InvalidOperationException">The index has text ids.</exception>
    public bool TryGetValue<T>(long id, string column, out T? value) => Numbered.TryGetValue(id, column, out value);

    /// <inheritdoc cref="TryGetValue{T}(long, string, out T)"/>
    /// <exception cref="InvalidOperationException">The index has integer ids.</exception>
    public bool TryGetValue<T>(string id, string column, out T? value)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Named.TryGetValue(id, column, out value);
    }

    /// <summary>Rebuilds the index without removed rows, and with added ones among the others; waits for that.</summary>
    /// <remarks>
    /// An index with the same rows built anew is the same, but for their scale where larger rows than 10^17 were added once. Searches and changes go
    /// on meanwhile.
    /// </remarks>
    /// <param name="cancellationToken">Ends the rebuild; the index stays as it is.</param>
    /// <exception cref="OperationCanceledException">The rebuild was cancelled.</exception>
    public void Rebuild(CancellationToken cancellationToken = default)
    {
        _numbered?.Compact(cancellationToken);
        _named?.Compact(cancellationToken);
    }

    /// <summary>Frees the memory, or the mapped file, as soon as searches under way have ended; ends a rebuild under way.</summary>
    public void Dispose()
    {
        _numbered?.Dispose();
        _named?.Dispose();
    }

    internal LiveIndex<long> Numbered => _numbered ?? throw new InvalidOperationException("The ids of the index are text; give text ids.");

    private LiveIndex<string> Named => _named ?? throw new InvalidOperationException("The ids of the index are integers; give integer ids.");

    private static void Search<TId>(
        LiveIndex<TId> index, ReadOnlySpan<float> queries, int k, Span<TId> ids, Span<float> distances, Span<int> counts, NeighborFilter? filter,
        int threads)
        where TId : notnull
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var (values, places) = ((long)counts.Length * index.Dimension, (long)counts.Length * k);
        if (queries.Length != values)
        {
            throw new ArgumentException(
                $"The queries have {queries.Length} values; {counts.Length} of dimension {index.Dimension} have {values}.", nameof(queries));
        }
        if (ids.Length != places || distances.Length != places)
        {
            throw new ArgumentException(
                $"There is room for {ids.Length} ids and {distances.Length} distances; {counts.Length} queries for {k} neighbours need {places} of each.",
                nameof(ids));
        }
        index.Search(queries, counts.Length, k, ids, distances, counts, filter, threads);
    }

    private static string[] CheckedIds(ReadOnlySpan<string> ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] == null)
                throw new ArgumentException($"Row {i} has no id.", nameof(ids));
            if (!UnicodeText.IsValid(ids[i]))
                throw new ArgumentException($"The id of row {i} is no valid Unicode text: half of a surrogate pair is missing.", nameof(ids));
        }
        return ids.ToArray();
    }
}
