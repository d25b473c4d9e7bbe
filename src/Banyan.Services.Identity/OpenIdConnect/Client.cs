using System.Collections.Immutable;
using System.Security.Cryptography;
using Banyan.Cells.Access;
using Banyan.Services.Identity.Tokens;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>A program that people log in to, or that acts for itself. Immutable.</summary>
internal sealed record Client
{
    public const string Code = "authorization_code";
    public const string Refresh = "refresh_token";
    public const string Credentials = "client_credentials";

    /// <summary>The scope that means every action which the subject's roles allow.</summary>
    public const string Everything = "*";

    /// <summary>
    /// The platform's own for command lines, known without registration: public, answers on the loopback interface only, and
    /// people are asked each time, since any program on their machine could claim to be it (RFC 8252, section 8.6).
    /// </summary>
    public static readonly Client CommandLine = new()
    {
        Id = "banyan",
        Name = "Banyan command line",
        IsConfidential = false,
        Redirects = ["http://127.0.0.1/callback", "http://[::1]/callback"],
        Logouts = [],
        Scopes = [.. Scope.OpenId, Everything],
        Grants = [Code, Refresh],
        Subject = "",
        Roles = [],
    };

    /// <summary>The platform's own console: its front doors know its secret, and it asks for nothing but to be read.</summary>
    /// <param name="secretHash">SHA-256 of the secret, in hexadecimal.</param>
    /// <param name="redirects">Its addresses.</param>
    public static Client ForConsole(string secretHash, IEnumerable<string> redirects) => new()
    {
        Id = "banyan-console",
        Name = "Banyan console",
        IsConfidential = true,
        Secret = Convert.FromHexString(secretHash),
        Redirects = [.. redirects],
        Logouts = [],
        Scopes = [.. Scope.OpenId, "console.pages.read"],
        Grants = [Code, Refresh],
        Subject = "",
        Roles = [],
        IsTrusted = true,
    };

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required bool IsConfidential { get; init; }

    /// <summary>SHA-256 of its secret.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>Of the secret before, until <see cref="OldUntil"/>.</summary>
    public byte[]? OldSecret { get; init; }

    public DateTimeOffset? OldUntil { get; init; }

    public required ImmutableArray<string> Redirects { get; init; }

    public required ImmutableArray<string> Logouts { get; init; }

    public required ImmutableArray<string> Scopes { get; init; }

    public required ImmutableArray<string> Grants { get; init; }

    /// <summary>The machine that it is when it acts for itself.</summary>
    public required string Subject { get; init; }

    public required ImmutableArray<string> Roles { get; init; }

    /// <summary>Of the platform itself: people are not asked whether they let it in.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>Whether this is its secret.</summary>
    public bool Accepts(string secret, DateTimeOffset now)
    {
        var hash = OpaqueToken.Hash(secret);
        var current = CryptographicOperations.FixedTimeEquals(hash, Secret ?? []);
        var old = CryptographicOperations.FixedTimeEquals(hash, OldSecret ?? []) && OldUntil > now;
        return current || old;
    }

    /// <summary>As every cell knows it.</summary>
    public ClientEntry Entry(string home) => new()
    {
        Id = Id,
        Home = home,
        Name = Name,
        SecretHash = Hexadecimal(Secret),
        OldSecretHash = Hexadecimal(OldSecret),
        OldUntil = OldUntil,
        Redirects = Redirects,
        Logouts = Logouts,
        Scopes = Scopes,
        Grants = Grants,
        Subject = Subject,
        Roles = Roles,
        IsTrusted = IsTrusted,
    };

    /// <summary>Of another partition, as every cell knows it.</summary>
    public static Client Of(ClientEntry entry) => new()
    {
        Id = entry.Id,
        Name = entry.Name,
        IsConfidential = entry.SecretHash is not null,
        Secret = entry.SecretHash is null ? null : Convert.FromHexString(entry.SecretHash),
        OldSecret = entry.OldSecretHash is null ? null : Convert.FromHexString(entry.OldSecretHash),
        OldUntil = entry.OldUntil,
        Redirects = entry.Redirects,
        Logouts = entry.Logouts,
        Scopes = entry.Scopes,
        Grants = entry.Grants,
        Subject = entry.Subject,
        Roles = entry.Roles,
        IsTrusted = entry.IsTrusted,
    };

    /// <summary>Whether what cells know of it is what it is: only its secrets change.</summary>
    public bool IsAs(ClientEntry known) => known.SecretHash == Hexadecimal(Secret) && known.OldSecretHash == Hexadecimal(OldSecret) && known.OldUntil == OldUntil;

    private static string? Hexadecimal(byte[]? hash) => hash is null ? null : Convert.ToHexStringLower(hash);

    /// <summary>Whether answers may go to this address.</summary>
    public bool RedirectsTo(string address) => Redirects.Any(r => RedirectAddress.Matches(r, address));
}
