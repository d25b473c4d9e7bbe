using Banyan.Control.Keepers;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan keeper --data D --region R</c>: runs the databases of a region.</summary>
internal sealed class KeeperVerb() : RegionVerb("keeper", "The keeper of one region of a running platform (started by `up`)")
{
    protected override async Task<ExitCode> RunAsync(RegionState region, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping) =>
        (ExitCode)await KeeperHost.RunAsync(new KeeperOptions { DataDirectory = data.Root, Region = region.Name, PlatformState = platform, Clock = context.Time }, stopping);
}
