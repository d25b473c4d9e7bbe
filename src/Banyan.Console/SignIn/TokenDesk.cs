using System.Text.Json;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Microsoft.Extensions.Logging;

namespace Banyan.Console.SignIn;

/// <summary>
/// The console as a client of the platform's identity service, behind the browser's back: codes become tokens, tokens are renewed
/// and given back. What comes back is verified like anybody's token. Thread-safe.
/// </summary>
internal sealed partial class TokenDesk(ConsoleAccess access, PlatformState platform, OwnEntry entry, TimeProvider time, ILogger<TokenDesk> log) : IDisposable
{
    /// <summary>Longer, and the page is shown without waiting for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = 64 << 10,
    };

    /// <summary>The partition that made a code or a refresh token; null where it is none of this platform's.</summary>
    public string? PartitionOf(string token) => token.LastIndexOf('.') is > 0 and var dot && platform.FindPartition(token[..dot]) is { } partition ? partition.Name : null;

    /// <summary>A session for a code (RFC 6749, section 4.1.3).</summary>
    public async Task<DeskAnswer> ExchangeAsync(string code, PendingLogin login, CancellationToken cancellationToken)
    {
        if (PartitionOf(code) is not { } partition)
            return DeskAnswer.Refused;
        var (answer, nonce) = await AskAsync(partition, [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", login.Redirect), ("code_verifier", login.Verifier)], cancellationToken);
        return answer.Session is not null && nonce != login.Nonce ? DeskAnswer.Refused : answer;
    }

    /// <summary>The same session, confirmed anew.</summary>
    public async Task<DeskAnswer> RenewAsync(ConsoleSession session, CancellationToken cancellationToken)
    {
        if (session.Refresh is not { } refresh || PartitionOf(refresh) is not { } partition)
            return DeskAnswer.Refused;
        var (answer, _) = await AskAsync(partition, [("grant_type", "refresh_token"), ("refresh_token", refresh)], cancellationToken);
        return answer.Session is { } renewed && renewed.Subject != session.Subject ? DeskAnswer.Refused : answer;
    }

    /// <summary>Gives a session's tokens back (RFC 7009), where the identity service can be reached.</summary>
    public async Task EndAsync(ConsoleSession session, CancellationToken cancellationToken)
    {
        if (session.Refresh is not { } refresh || PartitionOf(refresh) is not { } partition)
            return;
        try
        {
            using var answer = await PostAsync(partition, "revoke", [("token", refresh)], cancellationToken);
            if (!answer.IsSuccessStatusCode)
                LogRefused((int)answer.StatusCode);
        }
        catch (Exception away) when (IsAway(away, cancellationToken))
        {
            LogAway(away.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsAway(Exception e, CancellationToken cancellationToken) => e is HttpRequestException or IOException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<(DeskAnswer Answer, string? Nonce)> AskAsync(string partition, (string Name, string Value)[] form, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await PostAsync(partition, "token", form, cancellationToken);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            if (answer.IsSuccessStatusCode)
                return Read(json.RootElement);
            // Only this says that the person must log in again (RFC 6749, section 5.2); everything else may pass.
            var refused = Text(json.RootElement, "error") == "invalid_grant";
            if (!refused)
                LogRefused((int)answer.StatusCode);
            return (refused ? DeskAnswer.Refused : DeskAnswer.Away, null);
        }
        catch (Exception away) when (IsAway(away, cancellationToken))
        {
            LogAway(away.Message);
            return (DeskAnswer.Away, null);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string partition, string endpoint, (string Name, string Value)[] form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(entry.Address, $"/regions/{Uri.EscapeDataString(partition)}/identity/oauth/{endpoint}"))
        {
            Content = new FormUrlEncodedContent(form.Select(static f => KeyValuePair.Create(f.Name, f.Value)).Append(new("client_id", ConsoleSecret.ClientId)).Append(new("client_secret", access.Key.ClientSecret))),
        };
        return await _http.SendAsync(request, cancellationToken);
    }

    private (DeskAnswer Answer, string? Nonce) Read(JsonElement answer)
    {
        var caller = access.Judge.JudgeToken(Text(answer, "access_token"), out var expires, out var why);
        if (caller is null || caller.Client != ConsoleSecret.ClientId || caller.Session is null || Text(answer, "refresh_token") is not { } refresh || PartitionOf(refresh) != caller.Home)
        {
            // A key of another region may not have come here yet: as good as no answer.
            LogToken(why ?? "it is not the console's");
            return (DeskAnswer.Away, null);
        }

        return (new DeskAnswer(ConsoleSession.Of(caller, refresh, expires, time.GetUtcNow()), false), IdToken.NonceOf(Text(answer, "id_token"), ConsoleSecret.ClientId, caller.Subject));
    }

    private static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The identity service does not take what the console asks: status {Status}")]
    private partial void LogRefused(int status);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The identity service does not answer the console: {Error}")]
    private partial void LogAway(string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the identity service gave the console is not taken: {Why}")]
    private partial void LogToken(string why);
}

/// <summary>What the identity service said. Immutable.</summary>
/// <param name="Session">The session; null where there is none.</param>
/// <param name="IsRefused">It said no; else, without a session, it could not be asked.</param>
internal readonly record struct DeskAnswer(ConsoleSession? Session, bool IsRefused)
{
    public static readonly DeskAnswer Refused = new(null, true);

    public static readonly DeskAnswer Away = new(null, false);
}
