using System.Net.Sockets;

namespace Banyan.Control.Drills.Load;

/// <summary>How a client comes in: by which front doors, and whether it keeps its connection. One client's own; not thread-safe.</summary>
/// <param name="list">Front doors, tried in their order, as a name with several addresses is.</param>
/// <param name="keep">Whether it keeps its connection.</param>
internal sealed class LoadConnection(ILoadDoors list, bool keep) : IDisposable
{
    /// <summary>Longer than an entry makes a request wait.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionLifetime = keep ? Timeout.InfiniteTimeSpan : TimeSpan.Zero,
        MaxConnectionsPerServer = 1,
    })
    {
        Timeout = Patience,
    };

    private int _door;

    /// <summary>By front doors that are known.</summary>
    public LoadConnection(IReadOnlyList<Uri> doors, bool keep)
        : this(new KnownDoors(doors), keep)
    {
    }

    /// <summary>Sends a request to the front door that answered last; where that refuses connections, to the next. A front door that took the request is not left.</summary>
    /// <param name="make">Makes the request, anew for each door.</param>
    /// <param name="completion">When it is answered.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<HttpResponseMessage> SendAsync(Func<Uri, HttpRequestMessage> make, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var doors = await list.NowAsync(cancellationToken);
        for (var tried = 1; ; tried++)
        {
            try
            {
                using var request = make(doors[_door % doors.Count]);
                if (!keep)
                    request.Headers.ConnectionClose = true;
                return await _http.SendAsync(request, completion, cancellationToken);
            }
            catch (HttpRequestException refused) when (tried < doors.Count && refused.InnerException is SocketException)
            {
                _door++;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
