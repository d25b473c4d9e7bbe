using System.CommandLine;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Cli.Stranded;

/// <summary>What the verbs about stranded changes share.</summary>
internal static class StrandedOptions
{
    /// <summary><c>--region R</c>.</summary>
    public static Option<string?> Region() => new("--region") { Description = "Only the partition of this region", HelpName = "REGION" };

    /// <exception cref="CommandFailure">No platform was ever started there.</exception>
    public static PlatformState ReadPlatform(string? folder)
    {
        var data = new DataFolder(folder ?? DataFolder.DefaultPath());
        return PlatformStateFile.Read(data)?.WithOperatorKey(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
    }

    /// <summary>The regions that are asked for.</summary>
    /// <exception cref="CommandFailure">There is none of that name.</exception>
    public static IReadOnlyList<string> RegionsOf(PlatformState platform, string? only)
    {
        if (only is null)
            return [.. platform.Partitions.Select(static p => p.Name)];
        return platform.FindPartition(only) is not null ? [only]
            : throw new CommandFailure($"platform {platform.Platform} has no region '{only}': it has {string.Join(", ", platform.Partitions.Select(static p => p.Name))}");
    }
}
