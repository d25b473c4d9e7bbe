using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using Banyan.Engines.Certificates;

namespace Banyan.Cells.Peers;

/// <summary>
/// Reaches partitions by the cells of the regions that hold a database of theirs. Which of them serves is not looked up: the
/// one that answered last is asked first, and one that stands by says so before it does anything. So it works while the
/// consensus store is away, and there is nothing to follow. Thread-safe.
/// </summary>
public sealed class PartitionPeers : IPartitionPeers, IDisposable
{
    /// <summary>For a connection with its handshake; a process that is frozen takes neither.</summary>
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1);

    /// <summary>For an answer to what can be repeated, before another cell is asked.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FrozenDictionary<string, IReadOnlyList<Uri>> _cells;
    private readonly ConcurrentDictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;

    /// <param name="cells">Where each partition's cells listen: of the regions that hold a database of it, the one that is expected to serve first.</param>
    /// <param name="links">The process' own; null where links are plain.</param>
    /// <param name="time">The clock.</param>
    /// <param name="handler">Not used yet; null for one of its own.</param>
    public PartitionPeers(IReadOnlyDictionary<string, IReadOnlyList<Uri>> cells, Links? links, TimeProvider time, SocketsHttpHandler? handler = null)
    {
        _cells = cells.Where(static c => c.Value.Count > 0).ToFrozenDictionary(static c => c.Key, static c => c.Value, StringComparer.Ordinal);
        _time = time;
        handler ??= new SocketsHttpHandler();
        (handler.UseProxy, handler.UseCookies, handler.AllowAutoRedirect) = (false, false, false);
        handler.ActivityHeadersPropagator = null; // what belongs to a trace is passed on by who asks
        handler.ConnectTimeout = ConnectPatience;
        handler.PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1);
        handler.MaxConnectionsPerServer = 64;
        _http = new HttpMessageInvoker(LinkHandler.Over(links, handler), disposeHandler: true);
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Partitions => _cells.Keys;

    /// <inheritdoc/>
    public async Task<HttpResponseMessage> SendAsync(string partition, Func<HttpRequestMessage> make, bool canRepeat, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!_cells.TryGetValue(partition, out var cells))
            throw new PartitionAwayException(partition, mayBeDone: false, "it is none of this platform's");
        using var limit = new CancellationTokenSource(patience, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var at = _last.GetValueOrDefault(partition) % cells.Count;
        var why = "no cell of it serves";
        Exception? last = null;
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var cell = cells[at];
                // The first goes where the last answer came from; afterwards a cell has to say that it serves.
                if (attempt == 0 || await IsReadyAsync(cell, linked.Token))
                {
                    var (answer, fault) = await TryAsync(partition, cell, make, canRepeat, linked.Token, cancellationToken);
                    if (answer is not null)
                    {
                        _last[partition] = at;
                        return answer;
                    }

                    last = fault;
                }

                at = (at + 1) % cells.Count;
                _last[partition] = at;
                if (attempt % cells.Count == cells.Count - 1)
                    await Task.Delay(Pause, _time, linked.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PartitionAwayException(partition, mayBeDone: false, why, last);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>The answer; none where the request was not carried out, or can be repeated.</summary>
    private async Task<(HttpResponseMessage? Answer, Exception? Fault)> TryAsync(
        string partition, Uri cell, Func<HttpRequestMessage> make, bool canRepeat, CancellationToken limited, CancellationToken given)
    {
        using var request = make();
        request.RequestUri = new Uri(cell, request.RequestUri!.OriginalString);
        request.Version = HttpVersion.Version11;
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(limited);
        if (canRepeat)
            attempt.CancelAfter(AnswerPatience);
        try
        {
            var answer = await _http.SendAsync(request, attempt.Token);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable || !await StandsAside.IsAsync(answer, canRepeat, attempt.Token))
                return (answer, null);
            answer.Dispose();
            return (null, null);
        }
        catch (HttpRequestException e) when (canRepeat || e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError)
        {
            return (null, e);
        }
        catch (HttpRequestException e)
        {
            throw new PartitionAwayException(partition, mayBeDone: true, "the connection broke", e);
        }
        catch (OperationCanceledException e) when (!given.IsCancellationRequested)
        {
            return canRepeat ? (null, e) : throw new PartitionAwayException(partition, mayBeDone: true, "it was silent for too long", e);
        }
    }

    private async Task<bool> IsReadyAsync(Uri cell, CancellationToken cancellationToken)
    {
        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(ConnectPatience);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(cell, "/health/ready")) { Version = HttpVersion.Version11 };
        try
        {
            using var answer = await _http.SendAsync(request, attempt.Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false; // asked again, or another is
        }
    }
}
