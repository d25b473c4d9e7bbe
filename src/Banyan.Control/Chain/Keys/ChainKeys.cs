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
