using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>Makes one attempt at a delivery. Follows no redirect, uses no proxy, reads no body. Thread-safe.</summary>
internal sealed class WebhookClient : IDisposable
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);
    private readonly HttpMessageInvoker _http;
    private readonly DisasterSettings _settings;
    private readonly TimeProvider _time;

    public WebhookClient(TargetPolicy policy, DisasterSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxConnectionsPerServer = settings.ConcurrencyPerTarget,
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

    /// <summary>Sends it once. What goes wrong is in the result.</summary>
    public async Task<Attempt> SendAsync(Delivery delivery, byte[] body, string contentType, CancellationToken cancellationToken)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Add("webhook-id", delivery.MessageId);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Sign(delivery.Secret, delivery.MessageId, timestamp, body));
        request.Headers.UserAgent.ParseAdd("Banyan/0.1");
        using var patience = new CancellationTokenSource(_settings.DeliveryTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(request, linked.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode ? new Attempt(true, status, null) : new Attempt(false, status, $"answered {status}", RetryAfter(response));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Attempt(false, null, string.Create(CultureInfo.InvariantCulture, $"no answer within {_settings.DeliveryTimeout.TotalSeconds:0.#} s"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return new Attempt(false, null, OneLine((e.InnerException as TargetRefusedException ?? e).Message));
        }
    }

    public void Dispose() => _http.Dispose();

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait is { } w && w > TimeSpan.Zero ? (w < LongestRetryAfter ? w : LongestRetryAfter) : null;
    }

    private static string OneLine(string text) => (text.Length <= 300 ? text : text[..300]).Replace('\n', ' ');
}
