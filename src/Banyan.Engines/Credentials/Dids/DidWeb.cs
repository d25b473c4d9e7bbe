using System.Globalization;
using System.Text.RegularExpressions;

namespace Banyan.Engines.Credentials.Dids;

/// <summary><c>did:web</c>: a DID whose document is at an address of HTTPS that follows from it (did:web Method Specification). Pure.</summary>
public static partial class DidWeb
{
    /// <summary>The method's name.</summary>
    public const string Method = "web";

    private const string Prefix = "did:web:";

    /// <summary>The DID whose document lies below an address of HTTPS.</summary>
    /// <param name="origin">Scheme, host and port; its path is not looked at.</param>
    /// <param name="path">Names below it, such as <c>organisations</c>, <c>north</c>; none: the host's own.</param>
    /// <returns>Null where the host has no DID: it is an IP address, or the address is not of HTTPS.</returns>
    public static string? Of(Uri origin, params ReadOnlySpan<string> path)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var port = origin.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $"%3A{origin.Port}");
        var did = Prefix + string.Join(':', [origin.IdnHost.ToLowerInvariant() + port, .. path]);
        return origin.Scheme == Uri.UriSchemeHttps && TryUrl(did, out _, out _) ? did : null;
    }

    /// <summary>Where the document of a DID is.</summary>
    /// <param name="did">The DID.</param>
    /// <param name="url">The address of its <c>did.json</c>.</param>
    /// <param name="problem">Why it has none, in words that go on after the DID.</param>
    public static bool TryUrl(string? did, out Uri? url, out string? problem)
    {
        (url, problem) = (null, "is no did:web");
        if (!Did.IsDid(did) || !did!.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var parts = did[Prefix.Length..].Split(':');
        var host = Host().Match(parts[0]);
        problem = "names no host: a domain name in lower case, perhaps %3A and a port; no address";
        if (!host.Success || host.Groups["host"].Length > 253 || Uri.CheckHostName(host.Groups["host"].Value) != UriHostNameType.Dns || EndsInNumber(host.Groups["host"].Value))
            return false;
        var port = 443;
        if (host.Groups["port"].Length > 0 && !(int.TryParse(host.Groups["port"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536))
            return false;
        problem = "has a part of its path that would lead elsewhere, or that is empty";
        if (!parts.AsSpan(1).ToArray().All(IsName))
            return false;
        var path = parts.Length == 1 ? ".well-known" : string.Join('/', parts[1..]);
        url = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{host.Groups["host"].Value}:{port}/{path}/did.json"));
        problem = null;
        return true;
    }

    /// <summary>Names of folders that mean only themselves: percent-encoding, which the specification allows, is not taken.</summary>
    private static bool IsName(string part) => part is { Length: > 0 and <= 200 } and not ("." or "..") && !part.Contains('%');

    /// <summary>What some readers take for an IPv4 address, such as <c>127.1</c> (WHATWG URL, section 3.5).</summary>
    private static bool EndsInNumber(string host) => host[(host.LastIndexOf('.') + 1)..].All(char.IsAsciiDigit);

    [GeneratedRegex(@"^(?<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*)(?:%3A(?<port>[1-9][0-9]{0,4}))?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Host();
}
