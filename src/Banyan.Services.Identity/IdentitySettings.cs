using System.Globalization;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Services.Identity.OpenIdConnect;

namespace Banyan.Services.Identity;

/// <summary>The service's settings, from the blueprint (<c>identity:*</c>), checked at start. Immutable.</summary>
internal sealed record IdentitySettings
{
    /// <summary><c>identity:issuer</c>: the <c>iss</c> of every token of the platform. Default: scheme and host by which the public reaches it.</summary>
    public required string Issuer { get; init; }

    /// <summary><c>identity:audience</c>: the <c>aud</c> of access tokens. Default <c>urn:banyan:{platform}</c>.</summary>
    public required string Audience { get; init; }

    /// <summary><c>identity:provider</c>: the issuer outside that says who people are, in the place of this service; what is left of it then is API keys. Null: there is none.</summary>
    public string? Provider { get; init; }

    /// <summary><c>identity:invitation</c>: <c>{partition}/{SHA-256 of the token, hexadecimal}</c>, for the first administrator. Null: there is none.</summary>
    public string? Invitation { get; init; }

    /// <summary><c>identity:console</c>: SHA-256 of the console's secret, hexadecimal, and the addresses that it is answered at, between blanks. Null: it is no client.</summary>
    public Client? Console { get; init; }

    /// <summary><c>identity:token.lifetime</c>: of access and ID tokens; 1 m to 45 m (the gateway takes none that lives longer than 50).</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>identity:grant.lifetime</c>: after this a client has to ask the person again.</summary>
    public TimeSpan GrantLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary><c>identity:refresh.idle</c>: a refresh token that was not used for so long is worthless.</summary>
    public TimeSpan RefreshIdle { get; init; } = TimeSpan.FromDays(14);

    /// <summary><c>identity:session.lifetime</c>: after this a person logs in again.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromDays(14);

    /// <summary><c>identity:keys.rotation</c>: how long a signing key signs; at least 1 h.</summary>
    public TimeSpan KeyRotation { get; init; } = TimeSpan.FromDays(7);

    /// <summary><c>identity:lockout.after</c>: failed logins in a row before the first pause.</summary>
    public int LockoutAfter { get; init; } = 5;

    /// <summary><c>identity:lockout.longest</c>: pauses double up to this.</summary>
    public TimeSpan LockoutLongest { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary><c>identity:password.memory</c>: MiB that hashing a password takes (Argon2id); 8 to 1,024.</summary>
    public int PasswordMemory { get; init; } = 19;

    /// <summary><c>identity:password.passes</c>: passes over that memory; 1 to 100.</summary>
    public int PasswordPasses { get; init; } = 2;

    /// <summary><c>identity:password.concurrency</c>: passwords hashed at once. Default: one core is left for everything else.</summary>
    public int PasswordConcurrency { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary><c>identity:password.waiting</c>: logins that may wait for their hash; more are refused with 503.</summary>
    public int PasswordWaiting { get; init; } = 200;

    /// <summary><c>identity:watch_list</c>: a file with a name a line; null: nobody is looked for.</summary>
    public string? WatchList { get; init; }

    /// <summary><c>identity:credentials.lifetime</c>: of a verifiable credential that is bound to its holder's key; 1 h to 366 d.</summary>
    public TimeSpan CredentialLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary><c>identity:credentials.unbound</c>: of one that is bound to no key, so that whoever has it can show it; 5 m to 30 d.</summary>
    public TimeSpan UnboundLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary><c>identity:credentials.evidence</c>: of one about a drill; 1 d to 366 d.</summary>
    public TimeSpan EvidenceLifetime { get; init; } = TimeSpan.FromDays(366);

    /// <summary><c>identity:credentials.rotation</c>: how long an organisation's key signs credentials; 7 d to 366 d.</summary>
    public TimeSpan IssuerRotation { get; init; } = TimeSpan.FromDays(90);

    /// <summary><c>identity:regions</c>: names of the platform's partitions, comma-separated, for logins of people whose home is another. Default: none.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary><c>identity:entry</c>: where this cell reaches other regions. Default: scheme and host of the public address.</summary>
    public required Uri Entry { get; init; }

    /// <summary><c>identity:passkeys.domain</c>: the domain that passkeys are made for (WebAuthn's RP ID); front doors under its names can ask for them. Never change it: passkeys of another domain are lost. Null: the issuer's host.</summary>
    public string? PasskeyDomain { get; init; }

    /// <summary><c>identity:passkeys.origins</c>: further origins whose pages may ask for passkeys, comma-separated; browsers ask for none where the domain is not theirs. Default: none.</summary>
    public IReadOnlyList<string> PasskeyOrigins { get; init; } = [];

    /// <summary>Whether browsers reach the platform by TLS: then cookies are bound to it.</summary>
    public bool IsSecure => Issuer.StartsWith("https://", StringComparison.Ordinal);

    /// <exception cref="CellException">A value can't be read or is out of its range; the message names the setting.</exception>
    public static IdentitySettings From(CellContext cell)
    {
        var settings = cell.Settings;
        var origin = cell.PublicAddress.GetLeftPart(UriPartial.Authority);
        var defaults = new IdentitySettings { Issuer = origin, Audience = $"urn:banyan:{cell.Platform}", Entry = new Uri(origin) };
        return defaults with
        {
            Issuer = settings.GetValueOrDefault("identity:issuer", defaults.Issuer),
            Audience = settings.GetValueOrDefault("identity:audience", defaults.Audience),
            Entry = settings.TryGetValue("identity:entry", out var entry) ? new Uri(entry) : defaults.Entry,
            Regions = settings.TryGetValue("identity:regions", out var regions) ? regions.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [],
            Provider = settings.GetValueOrDefault("identity:provider"),
            Invitation = settings.GetValueOrDefault("identity:invitation"),
            Console = settings.TryGetValue("identity:console", out var console) && console.Split(' ') is [{ Length: 64 } hash, .. var redirects] ? Client.ForConsole(hash, redirects) : null,
            WatchList = settings.GetValueOrDefault("identity:watch_list"),
            TokenLifetime = Time("identity:token.lifetime", defaults.TokenLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(45)),
            GrantLifetime = Time("identity:grant.lifetime", defaults.GrantLifetime, TimeSpan.FromMinutes(5), TimeSpan.FromDays(366)),
            RefreshIdle = Time("identity:refresh.idle", defaults.RefreshIdle, TimeSpan.FromMinutes(5), TimeSpan.FromDays(366)),
            SessionLifetime = Time("identity:session.lifetime", defaults.SessionLifetime, TimeSpan.FromMinutes(5), TimeSpan.FromDays(366)),
            KeyRotation = Time("identity:keys.rotation", defaults.KeyRotation, TimeSpan.FromHours(1), TimeSpan.FromDays(366)),
            CredentialLifetime = Time("identity:credentials.lifetime", defaults.CredentialLifetime, TimeSpan.FromHours(1), TimeSpan.FromDays(366)),
            UnboundLifetime = Time("identity:credentials.unbound", defaults.UnboundLifetime, TimeSpan.FromMinutes(5), TimeSpan.FromDays(30)),
            EvidenceLifetime = Time("identity:credentials.evidence", defaults.EvidenceLifetime, TimeSpan.FromDays(1), TimeSpan.FromDays(366)),
            IssuerRotation = Time("identity:credentials.rotation", defaults.IssuerRotation, TimeSpan.FromDays(7), TimeSpan.FromDays(366)),
            LockoutAfter = Count("identity:lockout.after", defaults.LockoutAfter, 1, 100),
            LockoutLongest = Time("identity:lockout.longest", defaults.LockoutLongest, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            PasswordMemory = Count("identity:password.memory", defaults.PasswordMemory, 8, 1024),
            PasswordPasses = Count("identity:password.passes", defaults.PasswordPasses, 1, 100),
            PasswordConcurrency = Count("identity:password.concurrency", defaults.PasswordConcurrency, 1, 256),
            PasswordWaiting = Count("identity:password.waiting", defaults.PasswordWaiting, 0, 100_000),
            PasskeyDomain = Domain("identity:passkeys.domain"),
            PasskeyOrigins = Origins("identity:passkeys.origins"),
        };

        string? Domain(string key)
        {
            if (!settings.TryGetValue(key, out var text))
                return null;
            return Uri.CheckHostName(text) == UriHostNameType.Dns && text.All(static c => c is '-' or '.' or (>= 'a' and <= 'z') or (>= '0' and <= '9'))
                ? text
                : throw new CellException($"Setting '{key}' is '{text}': write a domain in lower case, such as kai.example, without scheme and port.", isTransient: false);
        }

        string[] Origins(string key)
        {
            if (!settings.TryGetValue(key, out var text))
                return [];
            var all = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            return all.FirstOrDefault(static o => !Uri.TryCreate(o, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != o || uri.Scheme != Uri.UriSchemeHttps && uri.Host != "localhost") is { } wrong
                ? throw new CellException($"Setting '{key}' has '{wrong}': write origins such as https://kai.example, separated by commas.", isTransient: false)
                : all;
        }

        int Count(string key, int otherwise, int least, int most)
        {
            if (!settings.TryGetValue(key, out var text))
                return otherwise;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= least && count <= most
                ? count
                : throw new CellException($"Setting '{key}' is '{text}': write a whole number from {least} to {most}.", isTransient: false);
        }

        TimeSpan Time(string key, TimeSpan otherwise, TimeSpan least, TimeSpan most)
        {
            if (!settings.TryGetValue(key, out var text))
                return otherwise;
            var digits = text.AsSpan().TrimEnd("smhd");
            TimeSpan? unit = text.AsSpan(digits.Length) switch
            {
                "s" => TimeSpan.FromSeconds(1),
                "m" => TimeSpan.FromMinutes(1),
                "h" => TimeSpan.FromHours(1),
                "d" => TimeSpan.FromDays(1),
                _ => null,
            };
            return unit is { } u && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count < 100_000_000 && u * count is var value && value >= least && value <= most
                ? value
                : throw new CellException($"Setting '{key}' is '{text}': write a duration such as 30s, 5m, 12h or 7d, from {least} to {most}.", isTransient: false);
        }
    }
}
