using Banyan.Cells.Access.Directory;
using Banyan.Control.Consensus;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Control.Credentials;

/// <summary>
/// The API key of whoever runs a platform on this machine: <c>secrets/operator.key</c> of the data folder, mode 0600. The
/// command's own requests carry it, and it is there for the first steps by hand. Whoever may read the folder may use it.
/// </summary>
public static class OperatorKey
{
    /// <summary>Its public part.</summary>
    public const string Id = "operator";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    /// <summary>What it may do: run the platform, write readings, issue alerts. Not: give roles, or look into personal data.</summary>
    public static IReadOnlyList<string> Roles { get; } = ["operator", "auditor", "meteorologist", "disaster-officer"];

    /// <summary>The file.</summary>
    public static string PathIn(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Path.Combine(data.Secrets, "operator.key");
    }

    /// <summary>Reads it; makes it where there is none.</summary>
    /// <exception cref="PlatformException">The file can't be read or made, holds no key, or others than its owner have rights to it.</exception>
    public static ApiCredential Ensure(DataFolder data) => ApiCredential.Parse(SecretFile.Ensure(PathIn(data), static () => ApiCredential.Create(Id).Reveal()))
        ?? throw new PlatformException($"{PathIn(data)} holds no API key: remove it, and `banyan up` makes another");

    /// <summary>Reads it; null where there is none, or it can't be read by us.</summary>
    public static ApiCredential? Read(DataFolder data)
    {
        try
        {
            return ApiCredential.Parse(File.ReadAllText(PathIn(data)));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The same platform, with the key for what this process asks at its front doors; as it was where nobody is asked who they are.</summary>
    public static PlatformState WithOperatorKey(this PlatformState platform, DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.AsksCallers ? platform with { Credential = Read(data) } : platform;
    }

    /// <summary>
    /// Makes it known to every cell, with what it makes for each region (<see cref="ApiCredential.In"/>): who runs all of them is
    /// at home in each, and personal data is closed to those of other jurisdictions. Tried until the consensus store answers, for
    /// a minute at most.
    /// </summary>
    /// <exception cref="PlatformException">The store does not answer.</exception>
    public static async Task PublishAsync(PlatformState platform, ApiCredential key, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(key);
        await using var store = platform.ConnectConsensus(time);
        if (store is null)
            return;
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var directory = new AccessDirectory(store, time, NullLogger<AccessDirectory>.Instance);
                await directory.PublishApiKeyAsync(key.ToEntry(platform.Regions[0].Name, [.. Roles], expires: null), cancellationToken);
                foreach (var region in platform.Partitions)
                    await directory.PublishApiKeyAsync(key.In(region.Name).ToEntry(region.Name, [.. Roles], expires: null), cancellationToken);
                return;
            }
            catch (ConsensusUnavailableException) when (time.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(BetweenTries, time, cancellationToken);
            }
            catch (ConsensusUnavailableException unavailable)
            {
                throw new PlatformException($"the operator's key could not be made known: {unavailable.Message.TrimEnd('.')}");
            }
        }
    }
}
