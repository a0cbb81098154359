namespace Microsoft.ML.Similarity.Sampling;

/// <summary>Whose turn it is, by tickets in their order; who cannot take a turn in this batch comes first in a later one.</summary>
/// <param name="tickets">Numbers from 0, one for each turn.</param>
/// <param name="count">How many there are that have turns.</param>
internal sealed class Turns(int[] tickets, int count)
{
    private readonly int[] _setAside = new int[count];
    private readonly Queue<int> _now = [];
    private readonly Queue<int> _later = [];
    private int _next;

    public void StartBatch()
    {
        while (_later.TryDequeue(out var who))
            _now.Enqueue(who);
    }

    /// <summary>The next, and how many turns it has.</summary>
    public bool TryNext(out int who, out int turns)
    {
        if (_now.TryDequeue(out who))
        {
            turns = _setAside[who];
            _setAside[who] = 0;
            return true;
        }
        turns = 1;
        if (_next == tickets.Length)
            return false;
        who = tickets[_next++];
        return true;
    }

    /// <summary>Keeps turns for later batches.</summary>
    public void SetAside(int who, int turns)
    {
        if (turns == 0)
            return;
        if (_setAside[who] == 0)
            _later.Enqueue(who);
        _setAside[who] += turns;
    }
}
