using System.Globalization;
using System.Text;
using Banyan.Services.Identity.Sessions;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>A request for a code (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2.1), read and checked. Immutable.</summary>
internal sealed record AuthorizationRequest
{
    private const int LongestState = 2000;
    private const int LongestNonce = 500;

    public required Client Client { get; init; }

    public required string Redirect { get; init; }

    public required string? State { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public string Challenge { get; init; } = "";

    public string? Nonce { get; init; }

    public bool MustNotAsk { get; init; }

    public bool MustLogIn { get; init; }

    public bool MustConsent { get; init; }

    public TimeSpan? MaxAge { get; init; }

    /// <summary>What is wrong with it, to be said to the client at its address; null where nothing is.</summary>
    public (string Code, string Description)? Error { get; init; }

    /// <summary>Reads the rest of a request whose client and address are known to belong together.</summary>
    public static AuthorizationRequest Read(Client client, string redirect, Dictionary<string, string> given)
    {
        var request = new AuthorizationRequest { Client = client, Redirect = redirect, State = given.GetValueOrDefault("state") };
        if (request.State?.Length > LongestState)
            return (request with { State = null }).Refuse("invalid_request", "state is too long.");
        if (given.ContainsKey("request"))
            return request.Refuse("request_not_supported", "Send parameters, not a request object.");
        if (given.ContainsKey("request_uri"))
            return request.Refuse("request_uri_not_supported", "Send parameters, not a request object.");
        if (given.GetValueOrDefault("response_type") is var type && type != "code")
            return request.Refuse(type is null ? "invalid_request" : "unsupported_response_type", "response_type must be code.");
        if (given.GetValueOrDefault("response_mode", "query") != "query")
            return request.Refuse("invalid_request", "response_mode must be query.");
        if (!client.Grants.Contains(Client.Code))
            return request.Refuse("unauthorized_client", "The client is not registered for the authorization code.");
        if (given.GetValueOrDefault("code_challenge_method") != "S256" || !Pkce.IsChallenge(given.GetValueOrDefault("code_challenge")))
            return request.Refuse("invalid_request", "PKCE is needed: code_challenge, and code_challenge_method=S256 (RFC 7636).");
        if (Scope.Read(given.GetValueOrDefault("scope"), client) is not { } scopes)
            return request.Refuse("invalid_scope", "The client is not registered for one of the scopes.");
        if (given.GetValueOrDefault("nonce")?.Length > LongestNonce)
            return request.Refuse("invalid_request", "nonce is too long.");
        var prompts = given.GetValueOrDefault("prompt", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (prompts.Contains("none") && prompts.Length > 1)
            return request.Refuse("invalid_request", "prompt=none stands alone.");
        TimeSpan? age = null;
        if (given.TryGetValue("max_age", out var text))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                return request.Refuse("invalid_request", "max_age is a number of seconds.");
            age = TimeSpan.FromSeconds(seconds);
        }

        return request with
        {
            Scopes = scopes,
            Challenge = given["code_challenge"],
            Nonce = given.GetValueOrDefault("nonce"),
            MustNotAsk = prompts.Contains("none"),
            MustLogIn = prompts.Contains("login"),
            MustConsent = prompts.Contains("consent"),
            MaxAge = age,
        };
    }

    /// <summary>Whether a session is good enough for it.</summary>
    public bool Takes(Session session, DateTimeOffset now) => MaxAge is not { } age || now - session.BeganAt <= age;

    /// <summary>Where to send the browser; with who answers (RFC 9207), so that a client that uses several providers can't be mixed up.</summary>
    public string Answer(string issuer, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var address = new StringBuilder(Redirect);
        var separator = Redirect.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[.. parameters, ("state", State), ("iss", issuer)])
        {
            if (value is null)
                continue;
            address.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return address.ToString();
    }

    private AuthorizationRequest Refuse(string code, string description) => this with { Error = (code, description) };
}
