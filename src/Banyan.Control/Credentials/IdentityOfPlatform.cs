using System.Globalization;
using Banyan.Control.Platform;

namespace Banyan.Control.Credentials;

/// <summary>What the identity service of a platform that asks its callers is told, beside what the blueprint says.</summary>
public static class IdentityOfPlatform
{
    /// <summary>The <c>iss</c> of the platform's own tokens: where the world reaches it.</summary>
    public static string IssuerOf(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.Settings.TryGetValue("identity:issuer", out var issuer) ? issuer : string.Create(CultureInfo.InvariantCulture, $"https://localhost:{platform.EntryPort}");
    }

    /// <summary>The <c>aud</c> of access tokens.</summary>
    public static string AudienceOf(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.Settings.GetValueOrDefault("identity:audience", $"urn:banyan:{platform.Platform}");
    }

    /// <summary>Where people reach the console, as browsers write origins: the issuer's, and each front door from this machine.</summary>
    public static IEnumerable<string> ConsoleOriginsOf(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return ((IEnumerable<string>)[new Uri(IssuerOf(platform)).GetLeftPart(UriPartial.Authority)]).Union(
            from port in platform.AllFrontDoors().Select(static d => d.Port)
            from host in (string[])["localhost", "127.0.0.1", "[::1]"]
            from scheme in (string[])["https", "http"]
            select string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}:{port}"));
    }

    /// <summary>Where people reach the identity service's pages, for passkeys: each front door under the issuer's host, so that a passkey of one is good at all.</summary>
    public static IEnumerable<string> PasskeyOriginsOf(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var issuer = new Uri(IssuerOf(platform));
        return issuer.Host != "localhost" ? [] : platform.AllFrontDoors().Select(d => string.Create(CultureInfo.InvariantCulture, $"{issuer.Scheme}://localhost:{d.Port}"));
    }

    /// <summary>The same platform with those settings; what the blueprint says stays.</summary>
    /// <exception cref="PlatformException">The invitation of the first administrator can't be made.</exception>
    public static PlatformState WithIdentity(this PlatformState platform, DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (!platform.AsksCallers)
            return platform;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["identity:issuer"] = IssuerOf(platform),
            ["identity:audience"] = AudienceOf(platform),
            ["identity:entry"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{platform.EntryPort}/"),
            ["identity:regions"] = string.Join(',', platform.Partitions.Select(static p => p.Name)),
            ["identity:console"] = $"{ConsoleSecret.Ensure(data).ClientSecretHash} {string.Join(' ', ConsoleOriginsOf(platform).Select(static o => o + "/console/callback"))}",
            ["identity:passkeys.origins"] = string.Join(',', PasskeyOriginsOf(platform)),
        };
        if (platform.OutsideProvider is null)
            settings["identity:invitation"] = AdministratorInvitation.Ensure(data, platform.Partitions[0].Name);
        foreach (var (name, value) in platform.Settings)
            settings[name] = value;
        if (platform.OutsideProvider is { } provider)
            settings["identity:provider"] = provider.Issuer; // whatever else is written: there is one who says who people are
        return platform with { Settings = settings };
    }
}
