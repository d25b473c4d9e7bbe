using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Banyan.Cells.Access;
using Banyan.Control.Credentials;

namespace Banyan.Console.SignIn;

/// <summary>
/// Who is signed in: what a verified access token said, kept in a sealed cookie so that every front door can read it and none
/// has to ask anybody. Immutable.
/// </summary>
internal sealed record ConsoleSession
{
    /// <summary>So long a session is good after the identity service confirmed it last, where that can't be reached: a bad day is when the console is needed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(12);

    /// <summary>So long one is good that began with a one-time link.</summary>
    public static readonly TimeSpan OfALink = TimeSpan.FromHours(12);

    /// <summary>Renewed this much before the token ends.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(30);

    public required CallerKind Kind { get; init; }

    public required string Subject { get; init; }

    public string? Home { get; init; }

    public ImmutableArray<string> Roles { get; init; } = [];

    public ImmutableArray<string> Scopes { get; init; } = [];

    public int Assurance { get; init; }

    public int Verification { get; init; }

    /// <summary>The grant; its end is told to every front door.</summary>
    public string? Grant { get; init; }

    public string? Client { get; init; }

    /// <summary>What it is renewed with; null where it began with a one-time link.</summary>
    public string? Refresh { get; init; }

    /// <summary>The operator's key that the link was made of, by its fingerprint: another key ends it.</summary>
    public string? Key { get; init; }

    /// <summary>When it was confirmed last.</summary>
    public required DateTimeOffset ConfirmedAt { get; init; }

    /// <summary>When the token ends that it was made of.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>How it is called on the page.</summary>
    [JsonIgnore]
    public string Name => Refresh is null ? "operator of this machine" : Roles.Length == 0 ? Kind.ToString().ToLowerInvariant() : string.Join(", ", Roles);

    /// <summary>The end of it, whatever else happens.</summary>
    [JsonIgnore]
    public DateTimeOffset Ends => ConfirmedAt + (Refresh is null ? OfALink : Grace);

    /// <summary>Of somebody who logged in.</summary>
    public static ConsoleSession Of(Caller caller, string refresh, DateTimeOffset expires, DateTimeOffset now) => new()
    {
        Kind = caller.Kind,
        Subject = caller.Subject,
        Home = caller.Home,
        Roles = caller.Roles,
        Scopes = caller.Scopes,
        Assurance = caller.Assurance,
        Verification = caller.Verification,
        Grant = caller.Session,
        Client = caller.Client,
        Refresh = refresh,
        ConfirmedAt = now,
        Expires = expires,
    };

    /// <summary>Of whoever runs the platform on this machine.</summary>
    public static ConsoleSession OfOperator(ApiCredential key, string home, DateTimeOffset now) => new()
    {
        Kind = CallerKind.Machine,
        Subject = $"{home}.{key.Id}",
        Home = home,
        Roles = [.. OperatorKey.Roles],
        Assurance = 1,
        Client = key.Id,
        Key = key.Fingerprint,
        ConfirmedAt = now,
        Expires = now + OfALink,
    };

    /// <summary>Whom it speaks for.</summary>
    public Caller ToCaller() => new() { Kind = Kind, Subject = Subject, Home = Home, Roles = Roles, Scopes = Scopes, Assurance = Assurance, Verification = Verification, Session = Grant, Client = Client };

    /// <summary>Whether it still counts: its time is not over and nobody has ended it.</summary>
    public bool Counts(ConsoleAccess access, DateTimeOffset now) =>
        now < Ends && (Refresh is null ? Key is not null && Key == access.Operator?.Fingerprint : Grant is not null && !access.Judge.Directory.IsEnded(Grant));

    /// <summary>Whether the identity service should be asked whether it still holds.</summary>
    public bool IsDue(DateTimeOffset now) => Refresh is not null && now >= Expires - Ahead;
}

/// <summary>A login under way, from the first redirect to the answer; in a sealed cookie of its own, so that only the browser that began it can end it. Immutable.</summary>
/// <param name="State">What the answer must bring (RFC 6749, section 10.12).</param>
/// <param name="Nonce">What the ID token must bring.</param>
/// <param name="Verifier">PKCE's secret (RFC 7636).</param>
/// <param name="Redirect">Where the answer was sent.</param>
/// <param name="Return">Where to go afterwards.</param>
/// <param name="Ends">When it is too old.</param>
internal sealed record PendingLogin(string State, string Nonce, string Verifier, string Redirect, string Return, DateTimeOffset Ends)
{
    /// <summary>A person may have to register, or look for a second factor.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConsoleSession))]
[JsonSerializable(typeof(PendingLogin))]
internal sealed partial class SessionJson : JsonSerializerContext;
