using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Banyan.Engines.Certificates;

namespace Banyan.Engines.Consensus.Etcd;

/// <summary>
/// Asks etcd's members over their JSON gateway. One of them at a time: another one as soon as that one refuses, falls
/// silent or has no leader. Thread-safe.
/// </summary>
internal sealed class EtcdGateway : IDisposable
{
    /// <summary>The longest that a call takes: longer than the members need to elect another leader.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>After so long another member is asked, where asking twice does no harm.</summary>
    private static readonly TimeSpan AttemptPatience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<Uri> _members;
    private readonly TimeProvider _clock;
    private readonly long[] _heardAt;
    private volatile int _current;

    public EtcdGateway(IReadOnlyList<Uri> members, TimeProvider clock, Links? links = null)
    {
        (_members, _clock, _heardAt) = (members, clock, new long[members.Count]);
        _http = new HttpClient(LinkHandler.Over(links, new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null, ConnectTimeout = AttemptPatience })) { Timeout = Timeout.InfiniteTimeSpan };
        // Platforms' processes spread over the members.
        _current = Random.Shared.Next(members.Count);
    }

    /// <summary>Asks, and reads the answer.</summary>
    /// <param name="path">Such as <c>/v3/kv/range</c>.</param>
    /// <param name="question">What.</param>
    /// <param name="questionType">Its JSON.</param>
    /// <param name="answerType">The answer's JSON.</param>
    /// <param name="repeatable">Asking twice does no harm. Otherwise another member is asked only where the first was not reached.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EtcdRefusedException">etcd says no.</exception>
    /// <exception cref="ConsensusUnavailableException">No answer in time, or none that could be understood.</exception>
    public async Task<TAnswer> AskAsync<TQuestion, TAnswer>(string path, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType, bool repeatable, CancellationToken cancellationToken)
        where TAnswer : class
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(question, questionType);
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        for (var refusals = 1; ; refusals++)
        {
            var member = _current;
            Exception failure;
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(limited.Token);
            if (repeatable && _members.Count > 1)
                attempt.CancelAfter(AttemptPatience);
            try
            {
                return await AskOnceAsync(member, path, body, answerType, attempt.Token);
            }
            catch (EtcdRefusedException unavailable) when (unavailable.IsPassing)
            {
                failure = unavailable;
            }
            catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
            {
                failure = new TimeoutException("no answer in time", late);
            }
            catch (Exception gone) when (gone is HttpRequestException or JsonException or IOException)
            {
                failure = gone;
            }

            Leave(member);
            if (limited.IsCancellationRequested || !(repeatable || WasNotHeard(failure)))
                throw Unavailable(member, failure);
            // Once round without anyone: they may be starting, or electing a leader.
            if (refusals % _members.Count == 0 && !await PauseAsync(limited.Token))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw Unavailable(member, failure);
            }
        }
    }

    /// <summary>Begins a streamed answer of one member.</summary>
    public async Task<EtcdStream> BeginAsync<TQuestion>(string path, TQuestion question, JsonTypeInfo<TQuestion> type, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(question, type);
        using var patience = new CancellationTokenSource(Patience, _clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        for (var refusals = 1; ; refusals++)
        {
            var member = _current;
            try
            {
                var answer = await SendAsync(member, path, body, limited.Token);
                return new EtcdStream(member, answer, await answer.Content.ReadAsStreamAsync(limited.Token));
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or EtcdRefusedException || (gone is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                Leave(member);
                if (refusals >= _members.Count || limited.IsCancellationRequested)
                    throw Unavailable(member, gone);
            }
        }
    }

    /// <summary>Whether a member takes part in the cluster still: it has answered lately, or answers now.</summary>
    public async Task<bool> IsHeardAsync<TQuestion, TAnswer>(int member, TimeSpan lately, string path, TQuestion question, JsonTypeInfo<TQuestion> questionType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
        where TAnswer : class
    {
        if (Volatile.Read(ref _heardAt[member]) is > 0 and var at && _clock.GetElapsedTime(at) < lately)
            return true;
        using var patience = new CancellationTokenSource(AttemptPatience * 2, _clock);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await AskOnceAsync(member, path, JsonSerializer.SerializeToUtf8Bytes(question, questionType), answerType, limited.Token);
            return true;
        }
        catch (Exception gone) when (gone is HttpRequestException or JsonException or IOException or EtcdRefusedException || (gone is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>The next call goes to another member.</summary>
    public void Leave(int member) => Interlocked.CompareExchange(ref _current, (member + 1) % _members.Count, member);

    /// <summary>What to tell of a member that failed.</summary>
    public ConsensusUnavailableException Unavailable(int member, Exception reason) =>
        new($"The consensus store (etcd at {_members[member].Authority}) does not answer: {reason.Message}", reason);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<TAnswer> AskOnceAsync<TAnswer>(int member, string path, byte[] body, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
        where TAnswer : class
    {
        using var answer = await SendAsync(member, path, body, cancellationToken);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var read = await JsonSerializer.DeserializeAsync(content, type, cancellationToken) ?? throw new JsonException("its answer is null");
        Volatile.Write(ref _heardAt[member], _clock.GetTimestamp());
        return read;
    }

    private async Task<HttpResponseMessage> SendAsync(int member, string path, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_members[member], path)) { Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } } };
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.OK)
            return answer;
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            EtcdError? error;
            try
            {
                error = JsonSerializer.Deserialize(text, EtcdJson.Default.EtcdError);
            }
            catch (JsonException other)
            {
                throw new HttpRequestException($"HTTP {(int)answer.StatusCode}", other);
            }

            throw new EtcdRefusedException(error ?? new EtcdError(0, $"HTTP {(int)answer.StatusCode}"));
        }
    }

    private static bool WasNotHeard(Exception failure) =>
        failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError, InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } };

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
}

/// <summary>A streamed answer of a member.</summary>
internal sealed record EtcdStream(int Member, HttpResponseMessage Answer, Stream Body) : IDisposable
{
    public void Dispose() => Answer.Dispose();
}

/// <summary>etcd says no, with one of gRPC's codes.</summary>
internal sealed class EtcdRefusedException(EtcdError error) : Exception(error.Message ?? $"code {error.Code}")
{
    private const int DeadlineExceeded = 4;
    private const int NotFoundCode = 5;
    private const int Unavailable = 14;

    /// <summary>There is no such lease.</summary>
    public bool IsNotFound => error.Code == NotFoundCode;

    /// <summary>It may be otherwise soon, or at another member: no leader, or not heard from it in time.</summary>
    public bool IsPassing => error.Code is DeadlineExceeded or Unavailable;
}
