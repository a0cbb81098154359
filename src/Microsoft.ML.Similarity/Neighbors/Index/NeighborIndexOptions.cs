using System.Globalization;

namespace Microsoft.ML.Similarity.Neighbors.Index;

public sealed partial class NeighborIndex
{
    /// <summary>How an index is built and searched.</summary>
    public sealed class Options
    {
        /// <summary>What makes rows near. The default is <see cref="NeighborMetric.Euclidean"/>.</summary>
        public NeighborMetric Metric = NeighborMetric.Euclidean;

        /// <summary>How thoroughly the index is searched. The default is <see cref="SearchMode.Automatic"/> with a recall of 0.99.</summary>
        public SearchMode Mode = SearchMode.Automatic();

        /// <summary>Of the random choices that make a graph. The default is 0.</summary>
        public int Seed;

        /// <summary>The most threads that a build or a batch of queries uses; null, the default, for one per processor.</summary>
        public int? NumberOfThreads;

        /// <summary>
        /// How many rows may be added before the index is rebuilt in the background. Searches compute the distance to each added row. Null, the
        /// default, for 1,024 or, where that is more, a 32nd of the rows.
        /// </summary>
        public int? AddedRowsBeforeRebuild;

        /// <summary>Told when a stage of the build begins and ends.</summary>
        public IProgress<NeighborIndexProgress>? Progress;

        /// <summary>Ends the build by an <see cref="OperationCanceledException"/>.</summary>
        public CancellationToken CancellationToken;

        private const int LeastChanges = 1024;
        private const int AddedPart = 32;
        private const int RemovedPart = 4;

        internal int Threads => NumberOfThreads ?? Environment.ProcessorCount;

        internal bool AsksForRebuild(int rows, int added, int removed) =>
            added > (AddedRowsBeforeRebuild ?? Math.Max(LeastChanges, rows / AddedPart)) || removed > Math.Max(LeastChanges, rows / RemovedPart);

        internal ParallelOptions Parallel(CancellationToken cancellation) => new() { MaxDegreeOfParallelism = Threads, CancellationToken = cancellation };

        internal Options Checked()
        {
            if (!Enum.IsDefined(Metric))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(Metric), $"Metric is {Metric}; it must be one of {string.Join(", ", Enum.GetNames<NeighborMetric>())}.");
            }
            ArgumentNullException.ThrowIfNull(Mode);
            CheckRange(nameof(NumberOfThreads), NumberOfThreads, 1);
            CheckRange(nameof(AddedRowsBeforeRebuild), AddedRowsBeforeRebuild, 0);
            return (Options)MemberwiseClone();
        }

        private static void CheckRange(string name, int? value, int least)
        {
            if (value < least)
                throw new ArgumentOutOfRangeException(name, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be at least {least}."));
        }
    }
}
