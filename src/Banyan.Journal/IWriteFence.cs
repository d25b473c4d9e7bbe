namespace Banyan.Journal;

/// <summary>
/// Whether this process may write to the partition now, and under which epoch. The journal asks before each transaction
/// and again after each commit: what was committed while the fence no longer held is not acknowledged. Thread-safe;
/// asked on the hot path, so it MUST NOT block and SHOULD NOT allocate.
/// </summary>
public interface IWriteFence
{
    /// <summary>The epoch that writes carry, from 1; 0 before there is one. Once given, it stays the same.</summary>
    int Epoch { get; }

    /// <summary>True while writes may be begun and acknowledged.</summary>
    bool Holds { get; }
}

/// <summary>The fence of a journal that nobody else may write to: always held.</summary>
internal sealed class OpenFence(int epoch) : IWriteFence
{
    public int Epoch => epoch;

    public bool Holds => true;
}
