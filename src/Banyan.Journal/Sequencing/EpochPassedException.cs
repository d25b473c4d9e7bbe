namespace Banyan.Journal.Sequencing;

/// <summary>The journal belongs to another epoch: this process is of an old primary and gives no more positions. A retry can't help.</summary>
internal sealed class EpochPassedException(int ours, int seen)
    : Exception($"The journal is in epoch {seen}, this process is of epoch {ours}: it gives no more positions. The partition's primary has moved; restart the cell with the current epoch.")
{
    public static void ThrowIfNot(int ours, int seen)
    {
        if (ours != seen)
            throw new EpochPassedException(ours, seen);
    }
}
