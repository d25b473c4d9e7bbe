using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus.Remote;

namespace Banyan.Engines.Consensus;

/// <summary>
/// A consensus store in another process of this machine, over HTTP. Thread-safe. A call takes <see cref="Patience"/> at
/// most: while nobody listens it is tried again, for it was not heard; once sent it is never repeated. A watch ends with
/// <see cref="ConsensusUnavailableException"/> when the server falls silent; the next one takes up after the last
/// revision that was seen, and misses nothing.
/// </summary>
public sealed class ConsensusClient : IConsensusStore
{
    /// <summary>The longest that a call takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How long a watch may be silent.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);

    private const int LongestLine = 8 * StoreRules.LongestValue;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(25);

    private readonly HttpClient _http;
    private readonly Uri _server;
    private readonly TimeProvider _clock;

    /// <param name="server">Such as <c>http://127.0.0.1:20000</c>.</param>
    /// <param name="instanceId">The platform's.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="links">The process' links; null where they are plain.</param>
    public ConsensusClient(Uri server, string instanceId, TimeProvider clock, Links? links = null)
    {
        (_server, _clock) = (server, clock);
        _http = new HttpClient(LinkHandler.Over(links, new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30) })) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add(ConsensusWire.InstanceHeader, instanceId);
    }

    /// <inheritdoc/>
    public TimeSpan ShortestLease => SingleStore.Shortest;

    /// <inheritdoc/>
    public async Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        StoreRules.CheckKey(key);
        return (await AskAsync(ConsensusWire.Get, new KeyQuestion(key), ConsensusJson.Default.KeyQuestion, ConsensusJson.Default.ValueAnswer, cancellationToken)).Value;
    }

    /// <inheritdoc/>
    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        return AskAsync(ConsensusWire.List, new KeyQuestion(prefix), ConsensusJson.Default.KeyQuestion, ConsensusJson.Default.StoreSnapshot, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken)
    {
        StoreRules.CheckCommit(conditions, writes);
        return AskAsync(ConsensusWire.Commit, new CommitQuestion(conditions, writes), ConsensusJson.Default.CommitQuestion, ConsensusJson.Default.StoreCommit, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        var wanted = new LeaseText(0, StoreRules.CheckLease(timeToLive, ShortestLease).TotalMilliseconds);
        var granted = await AskAsync(ConsensusWire.Grant, wanted, ConsensusJson.Default.LeaseText, ConsensusJson.Default.LeaseText, cancellationToken);
        return new StoreLease(granted.Id, TimeSpan.FromMilliseconds(granted.Milliseconds));
    }

    /// <inheritdoc/>
    public async Task<bool> RenewAsync(long lease, CancellationToken cancellationToken) =>
        (await AskAsync(ConsensusWire.Renew, new LeaseQuestion(lease), ConsensusJson.Default.LeaseQuestion, ConsensusJson.Default.RenewAnswer, cancellationToken)).Alive;

    /// <inheritdoc/>
    public Task RevokeAsync(long lease, CancellationToken cancellationToken) =>
        AskAsync(ConsensusWire.Revoke, new LeaseQuestion(lease), ConsensusJson.Default.LeaseQuestion, ConsensusJson.Default.RenewAnswer, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StoreRules.CheckPrefix(prefix);
        using var answer = await BeginAsync(new WatchQuestion(prefix, afterRevision), cancellationToken);
        await using var lines = new LineReader(await answer.Content.ReadAsStreamAsync(cancellationToken), LongestLine);
        while (true)
        {
            var line = await ReadAsync(lines, cancellationToken);
            if (line.Compacted is { } compacted)
                throw new ConsensusCompactedException(compacted);
            if (line.Change is { } change)
                yield return change;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<WatchLine> ReadAsync(LineReader lines, CancellationToken cancellationToken)
    {
        try
        {
            var line = await lines.ReadAsync(Silence, null, _clock, cancellationToken) ?? throw new IOException("it ended the watch");
            return JsonSerializer.Deserialize(line, ConsensusJson.Default.WatchLine) ?? throw new JsonException("a line is null");
        }
        catch (Exception gone) when (gone is IOException or JsonException)
        {
            throw Unavailable(gone);
        }
    }

    private async Task<TAnswer> AskAsync<TQuestion, TAnswer>(string path, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
        where TAnswer : class
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var answer = await SendAsync(path, question, questionType, both.Token, cancellationToken);
            await using var body = await answer.Content.ReadAsStreamAsync(both.Token);
            return await JsonSerializer.DeserializeAsync(body, answerType, both.Token) ?? throw new JsonException("its answer is null");
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(late, $"no answer within {Patience.TotalSeconds:0.0} s");
        }
        catch (Exception gone) when (gone is HttpRequestException or JsonException or IOException and not ConsensusUnavailableException)
        {
            throw Unavailable(gone);
        }
    }

    private async Task<HttpResponseMessage> BeginAsync(WatchQuestion question, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        return await SendAsync(ConsensusWire.Watch, question, ConsensusJson.Default.WatchQuestion, both.Token, cancellationToken);
    }

    /// <summary>Sends a question; again while nobody listens, since then it was not heard.</summary>
    /// <param name="limited">Cancelled when patience or the caller ends.</param>
    /// <param name="cancellationToken">The caller's.</param>
    private async Task<HttpResponseMessage> SendAsync<TQuestion>(string path, TQuestion question, JsonTypeInfo<TQuestion> type, CancellationToken limited, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(question, type);
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server, path)) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
                var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited);
                return answer.StatusCode == HttpStatusCode.OK ? answer : throw await RefusedAsync(answer, limited);
            }
            catch (HttpRequestException refused) when (refused is { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } })
            {
                if (await PauseAsync(limited))
                    continue;
                cancellationToken.ThrowIfCancellationRequested();
                throw Unavailable(refused, $"nobody listens there, for {Patience.TotalSeconds:0.0} s");
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                throw Unavailable(late, $"no answer within {Patience.TotalSeconds:0.0} s");
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException and not ConsensusUnavailableException)
            {
                throw Unavailable(gone);
            }
        }
    }

    private async Task<bool> PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(RetryAfter, _clock, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<Exception> RefusedAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var _ = answer;
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            text = JsonSerializer.Deserialize(text, ConsensusJson.Default.RefusalAnswer)?.Message ?? text;
        }
        catch (JsonException)
        {
            text = $"HTTP {(int)answer.StatusCode}"; // Another program listens there.
        }

        return new ConsensusUnavailableException($"The consensus store at {_server.Authority} refuses: {text}");
    }

    private ConsensusUnavailableException Unavailable(Exception reason, string? what = null)
    {
        Debug.Assert(reason is not ConsensusUnavailableException, "Told once.");
        return new ConsensusUnavailableException($"The consensus store at {_server.Authority} does not answer: {what ?? reason.Message}", reason);
    }
}
