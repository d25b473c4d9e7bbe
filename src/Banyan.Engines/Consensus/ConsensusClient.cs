using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Banyan.Engines.Consensus;

/// <summary>A <see cref="SingleStore"/> in another process of this machine. Thread-safe.</summary>
public sealed class ConsensusClient : IConsensusStore
{
    /// <summary>How long an answer may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    /// <param name="address">Where it listens.</param>
    /// <param name="instanceId">The platform's instance.</param>
    /// <param name="clock">For patience.</param>
    public ConsensusClient(Uri address, string instanceId, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectTimeout = Patience, ActivityHeadersPropagator = null }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Add(ConsensusWire.InstanceHeader, instanceId);
    }

    /// <inheritdoc/>
    public TimeSpan ShortestLease => SingleStore.Shortest;

    /// <inheritdoc/>
    public async Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"v1/value?key={Uri.EscapeDataString(key)}", null, cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, ConsensusJson.Default.StoredValue, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, $"v1/values?prefix={Uri.EscapeDataString(prefix)}", null, ConsensusJson.Default.StoreSnapshot, cancellationToken);

    /// <inheritdoc/>
    public Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, "v1/commit", JsonContent.Create(new CommitRequest(conditions, writes), ConsensusJson.Default.CommitRequest), ConsensusJson.Default.StoreCommit, cancellationToken);

    /// <inheritdoc/>
    public Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"v1/leases?milliseconds={(long)timeToLive.TotalMilliseconds}"), null, ConsensusJson.Default.StoreLease, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RenewAsync(long lease, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"v1/leases/{lease}/renew"), null, ConsensusJson.Default.Boolean, cancellationToken);

    /// <inheritdoc/>
    public async Task RevokeAsync(long lease, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Delete, string.Create(CultureInfo.InvariantCulture, $"v1/leases/{lease}"), null, cancellationToken);
        Check(answer);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"v1/watch?prefix={Uri.EscapeDataString(prefix)}&after={afterRevision}"), null, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Gone)
            throw new ConsensusCompactedException($"Changes after revision {afterRevision} are no longer kept.");
        Check(answer);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var lines = new StreamReader(body);
        while (await ReadLineAsync(lines, cancellationToken) is { } line)
        {
            if (line.Length == 0)
                continue; // A heartbeat.
            yield return Parse(line);
        }

        throw new ConsensusUnavailableException("The consensus store ended the watch.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StoreChange Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ConsensusJson.Default.StoreChange) ?? throw new ConsensusUnavailableException("The consensus store sent an empty change.");
        }
        catch (JsonException e)
        {
            throw new ConsensusUnavailableException("The consensus store sent something that is no change.", e);
        }
    }

    private async Task<string?> ReadLineAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ConsensusWire.Heartbeat * 2.5, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await lines.ReadLineAsync(either.Token);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ConsensusUnavailableException("The watch on the consensus store broke.", e);
        }
    }

    private async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(method, path, content, cancellationToken);
        return await ReadAsync(answer, type, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, path) { Content = content };
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ConsensusUnavailableException($"The consensus store at {_http.BaseAddress} does not answer: {(e is OperationCanceledException ? "no answer in time" : e.GetBaseException().Message)}", e);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        Check(answer);
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw new ConsensusUnavailableException("The consensus store gave an empty answer.");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException and not ConsensusUnavailableException)
        {
            throw new ConsensusUnavailableException("The consensus store's answer is not one.", e);
        }
    }

    private static void Check(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
            throw new ConsensusUnavailableException($"The consensus store answers {(int)answer.StatusCode}.");
    }
}
