namespace Banyan.Cells.Peers;

/// <summary>How a cell asks the cells of the platform's other partitions, wherever they are served now. Thread-safe.</summary>
public interface IPartitionPeers
{
    /// <summary>Names of the platform's partitions that can be asked; those of ours among them or not. Empty: there are none.</summary>
    IReadOnlyCollection<string> Partitions { get; }

    /// <summary>
    /// Sends a request to the cell that serves a partition. What was certainly not carried out is sent again, to the next region
    /// that holds a database of it, until one serves or patience is over; what perhaps was, only where it can be repeated.
    /// </summary>
    /// <param name="partition">One of <see cref="Partitions"/>.</param>
    /// <param name="make">Makes the request anew for each attempt; its address has a path only.</param>
    /// <param name="canRepeat">Whether it does no harm to carry it out twice.</param>
    /// <param name="patience">How long to wait in all for an answer to begin.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, whose body was not read yet; the caller disposes it.</returns>
    /// <exception cref="PartitionAwayException">Nobody serves the partition, or the connection broke.</exception>
    Task<HttpResponseMessage> SendAsync(string partition, Func<HttpRequestMessage> make, bool canRepeat, TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>A cell that knows of no other partition.</summary>
internal sealed class NoPeers : IPartitionPeers
{
    public static readonly NoPeers Instance = new();

    public IReadOnlyCollection<string> Partitions => [];

    public Task<HttpResponseMessage> SendAsync(string partition, Func<HttpRequestMessage> make, bool canRepeat, TimeSpan patience, CancellationToken cancellationToken) =>
        Task.FromException<HttpResponseMessage>(new PartitionAwayException(partition, mayBeDone: false, "this cell knows of no other partition"));
}
