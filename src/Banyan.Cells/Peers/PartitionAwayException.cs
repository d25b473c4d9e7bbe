namespace Banyan.Cells.Peers;

/// <summary>Another partition did not answer. To repeat may help.</summary>
public sealed class PartitionAwayException : IOException
{
    /// <param name="partition">Which one.</param>
    /// <param name="mayBeDone">Whether the request was perhaps carried out.</param>
    /// <param name="why">In a few words.</param>
    /// <param name="inner">What happened.</param>
    public PartitionAwayException(string partition, bool mayBeDone, string why, Exception? inner = null)
        : base($"Partition {partition} does not answer: {why}.", inner) => (Partition, MayBeDone) = (partition, mayBeDone);

    /// <summary>Which one.</summary>
    public string Partition { get; }

    /// <summary>Whether the request was perhaps carried out.</summary>
    public bool MayBeDone { get; }
}
