using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Banyan.Cells.Webhooks;

/// <summary>Makes one attempt at a delivery. Follows no redirect, uses no proxy, reads no body. Thread-safe.</summary>
public sealed class WebhookClient : IDisposable
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);
    private readonly HttpMessageInvoker _http;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <param name="policy">Where it may send to.</param>
    /// <param name="patience">How long a target may take to answer.</param>
    /// <param name="connections">The most connections to one host and port.</param>
    /// <param name="time">The clock.</param>
    public WebhookClient(TargetPolicy policy, TimeSpan patience, int connections, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(policy);
        _patience = patience;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = connections,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            // Names are resolved again, and their addresses checked again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
            ConnectCallback = policy.ConnectAsync,
        });
    }

    /// <summary>Sends it once, signed (Standard Webhooks 1.0). What goes wrong is in the result.</summary>
    /// <param name="target">Where to; checked by <see cref="TargetPolicy.Check"/> before, and its addresses here.</param>
    /// <param name="messageId">The <c>webhook-id</c>, the same for each attempt.</param>
    /// <param name="secret">What it is signed with.</param>
    /// <param name="body">The body.</param>
    /// <param name="contentType">Its media type.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<Attempt> SendAsync(Uri target, string messageId, byte[] secret, byte[] body, string contentType, CancellationToken cancellationToken)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Add("webhook-id", messageId);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(secret, messageId, timestamp, body));
        request.Headers.UserAgent.ParseAdd("Banyan/0.1");
        using var patience = new CancellationTokenSource(_patience, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, linked.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode ? new Attempt(true, status, null) : new Attempt(false, status, $"answered {status}", RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Attempt(false, null, string.Create(CultureInfo.InvariantCulture, $"no answer within {_patience.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return new Attempt(false, null, OneLine((e.InnerException as TargetRefusedException ?? e).Message));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait is { } w && w > TimeSpan.Zero ? (w < LongestRetryAfter ? w : LongestRetryAfter) : null;
    }

    private static string OneLine(string text) => (text.Length <= 300 ? text : text[..300]).Replace('\n', ' ');
}
