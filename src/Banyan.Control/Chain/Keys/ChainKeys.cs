using System.Globalization;
using System.Security.Cryptography;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Keys;

/// <summary>
/// The keys of a platform's accounts on the chain: files of 64 hex digits, mode 0600, in <c>secrets/chain/</c>, made once by <c>up</c>. The deployer's is
/// needed only to deploy, and its account has no rights; a keeper's anchors; an organisation's approves.
/// </summary>
internal static class ChainKeys
{
    /// <summary>The account that makes the contracts.</summary>
    public static PrivateKeySigner Deployer(DataFolder data) => Open(data, "deployer");

    /// <summary>The account with which a region's keeper anchors and carries out what was approved.</summary>
    public static PrivateKeySigner Keeper(DataFolder data, string region) => Open(data, $"keeper-{region}");

    /// <summary>The account of the organisation that runs a region.</summary>
    public static PrivateKeySigner Organisation(DataFolder data, string region) => Open(data, $"organisation-{region}");

    /// <summary>Whether this folder has the key of an organisation. Makes none.</summary>
    public static bool Has(DataFolder data, string region) => IsName(region) && File.Exists(Path.Combine(data.Secrets, "chain", $"organisation-{region}.key"));

    /// <summary>A region's accounts by the keys that are in this folder now, which may have replaced others since <c>up</c> wrote them down.</summary>
    public static ChainAccount Present(DataFolder data, ChainAccount account)
    {
        return account with { Keeper = AddressOf($"keeper-{account.Region}") ?? account.Keeper, Organisation = AddressOf($"organisation-{account.Region}") ?? account.Organisation };

        string? AddressOf(string name)
        {
            if (!File.Exists(Path.Combine(data.Secrets, "chain", $"{name}.key")))
                return null;
            using var key = Open(data, name);
            return key.Address.ToString();
        }
    }

    /// <summary>The organisations whose keys this folder has, in order.</summary>
    public static IReadOnlyList<string> Organisations(DataFolder data)
    {
        var folder = Path.Combine(data.Secrets, "chain");
        return !Directory.Exists(folder) ? [] : [.. Directory.GetFiles(folder, "organisation-*.key").Select(static f => Path.GetFileNameWithoutExtension(f)["organisation-".Length..]).Where(IsName).Order(StringComparer.Ordinal)];
    }

    /// <summary>The key that is to take the place of a keeper's or an organisation's: made where it is not there.</summary>
    /// <param name="data">The platform's folder.</param>
    /// <param name="name">Which, such as <c>keeper-accra</c>.</param>
    public static PrivateKeySigner Next(DataFolder data, string name) => Open(data, $"{name}.next");

    /// <summary>Whether there is one. Makes none.</summary>
    public static bool HasNext(DataFolder data, string name) => IsName(name) && File.Exists(Path.Combine(data.Secrets, "chain", $"{name}.next.key"));

    /// <summary>Puts the next key in the place of the present one, which is kept beside it under a name of its own.</summary>
    /// <returns>Where the former key is now; null where there is no next one.</returns>
    /// <exception cref="PlatformException">A file can't be moved.</exception>
    public static string? Replace(DataFolder data, string name)
    {
        var folder = Path.Combine(data.Secrets, "chain");
        var (present, next) = (Path.Combine(folder, $"{name}.key"), Path.Combine(folder, $"{name}.next.key"));
        try
        {
            if (!File.Exists(next))
                return null;
            var number = 1;
            while (File.Exists(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.former-{number}.key"))))
                number++;
            var former = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.former-{number}.key"));
            if (File.Exists(present))
                File.Copy(present, former); // A copy keeps its mode; whoever reads meanwhile finds one of the two.
            File.Move(next, present, overwrite: true);
            return former;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException($"the key {name} can't be replaced in {folder}: {error.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Names come from people: none leads out of the folder.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 100 && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <exception cref="PlatformException">It can't be read or made, others may read it, or it is no key.</exception>
    private static PrivateKeySigner Open(DataFolder data, string name)
    {
        var path = Path.Combine(data.Secrets, "chain", $"{name}.key");
        var text = SecretFile.Ensure(path, static () => Convert.ToHexStringLower(NewKey()));
        var key = new byte[32];
        try
        {
            if (Convert.FromHexString(text, key, out _, out var written) != System.Buffers.OperationStatus.Done || written != key.Length)
                throw new PlatformException($"{path} is no key: it has 64 hex digits; restore it from a backup");
            return new PrivateKeySigner(key);
        }
        catch (ArgumentException)
        {
            throw new PlatformException($"{path} is no key of this curve: restore it from a backup");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Random; one in 2^128 is beyond the curve's order, and refused when it is opened.</summary>
    private static byte[] NewKey() => RandomNumberGenerator.GetBytes(32);
}
