namespace Microsoft.ML.Similarity.Training.Storage;

/// <summary>Where the data of one call of Fit goes: into memory while the budget lasts, then to files.</summary>
/// <param name="budget">The bytes of memory that all of it may take together.</param>
/// <param name="folder">Where files are made.</param>
internal sealed class DataSpace(long budget, string folder)
{
    private long _taken;

    /// <summary>
    /// Half of the memory that this process may use: as much again is left to the network, its activations and the application,
    /// and to the system's cache of the file where the data goes there.
    /// </summary>
    public static long DefaultBudget => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    public long Budget => budget;

    public string Folder => folder;

    /// <summary>False, and nothing taken, where the budget does not have as much left.</summary>
    public bool TryTake(long bytes)
    {
        if (bytes > budget - _taken)
            return false;
        _taken += bytes;
        return true;
    }

    public void GiveBack(long bytes) => _taken -= bytes;
}
