using System.Globalization;
using Banyan.Cells.Records;
using Banyan.Cli.Names;
using Banyan.Cli.Verbs;
using Banyan.Control.Certificates;
using Banyan.Control.Chain;
using Banyan.Control.Chain.Node;
using Banyan.Control.Credentials;
using Banyan.Control.Log;
using Banyan.Control.Networks;
using Banyan.Control.Platform;
using Banyan.Control.Platform.Planning;
using Banyan.Control.Processes;

namespace Banyan.Cli.Up;

/// <summary>One <c>up</c> from the blueprint to the last stopped process: this process is the platform's supervisor.</summary>
internal sealed class UpSession(UpOptions options, VerbContext context, IUpProgress progress)
{
    private readonly long _began = context.Time.GetTimestamp();

    /// <summary>Starts the platform, tells when it serves, keeps it until asked to stop, and stops it.</summary>
    /// <param name="onServing">Called once, when everything serves.</param>
    /// <param name="stop">Someone asked to stop.</param>
    public async Task RunAsync(Action<PlatformState, DataFolder> onServing, CancellationToken stop)
    {
        var data = new DataFolder(options.Data);
        var asksCallers = AccessChoice.Make(options);
        var blueprint = BlueprintSource.Load(options.Blueprint, data);
        var postgres = await FindPostgresAsync(blueprint.Platform, data, stop);
        if ((options.Consensus ?? PlatformStateFile.Read(data)?.Consensus?.Kind) == ConsensusState.Etcd)
            ConsensusChildren.CheckEtcd(data);
        if (options.Networks && RegionNetworks.FindProblem() is { } forbidden)
            throw new CommandFailure(forbidden);
        using var folder = PlatformFolder.Open(data, PlatformFolder.FreeBytes);
        using var log = new RunLog(data, context.Time);
        if (folder.Previous is { } previous)
        {
            // A database that ran on has the address of the last run: where addresses change, it is stopped too.
            var readdressed = options.Networks || previous.Networks is not null;
            await new PlatformStopper(data, line => Say(line, log), context.Time).StopOrphansAsync(previous.InstanceId, readdressed, stop);
        }

        var plan = Planner(data).Plan(blueprint.Platform, folder.Previous, data.Root, options.Port, options.Cells, options.FrontDoors, options.Consensus,
            options.Networks ? RegionNetworks.Choose(folder.Previous?.Networks) : null);
        var platform = plan.State with { PostgresMajor = postgres, DnsPort = options.DnsPort, Tls = TlsChoice.Make(options, folder.Previous), AsksCallers = asksCallers, Keys = PlatformKeys.Prepare(data, folder.Previous, context.Time) };
        platform = platform with { Consensus = TlsChoice.Peers(platform, folder.Previous), Deployment = new Deployment(blueprint.Digest, CommandLine.Version) };
        platform = platform.WithIdentity(data).WithChainAccounts(data);
        platform = platform with { Log = PlatformLogs.Prepare(data, platform, folder.Previous) };
        if (platform.Log is null)
            Say("there is no log of changes: libsodium.so.23 is not on this machine, install the package libsodium23", log);
        if (PlatformNaming.FindProblem(platform, FreePorts.IsFree) is { } taken)
            throw new CommandFailure(taken);
        if (platform.Networks is not null && platform.Partitions.FirstOrDefault(static p => p.Databases.Any(static d => d.ConnectionFrom is not null)) is { } given)
            throw new CommandFailure($"the database of {given.Name} is given, and a region with a network of its own can't reach it: leave --networks out");
        NotificationCheck.Check(platform);
        await GivenDatabaseCheck.CheckAsync(platform, folder.Previous, stop);
        var anvil = default(string);
        if (platform.Chain is { IsLocal: true })
        {
            anvil = AnvilNode.Find(Environment.GetEnvironmentVariable, out var chainless);
            if (chainless is not null)
                Say(chainless, log);
        }

        foreach (var note in blueprint.Notes.Concat(plan.Notes))
            Say(note, log);
        using var certificates = platform.Tls is null ? null : PlatformCertificates.Prepare(platform, data, context.Time, PlatformNaming.HostsOf(platform));
        platform = platform.Join(data, ProcessLinks.Supervisor, context.Time, line => Say(line, log));
        using var links = platform.Links;
        folder.Write(platform, blueprint.Text);
        PlatformLogs.Publish(data, platform);
        using var renewing = new CancellationTokenSource();
        var renewals = certificates?.RenewAsync(line => Say(line, log), renewing.Token) ?? Task.CompletedTask;
        try
        {
            await RunAsync(platform, data, anvil, log, onServing, stop);
        }
        finally
        {
            await renewing.CancelAsync();
            await renewals;
        }
    }

    /// <summary>Null where every database is given: then none is needed here.</summary>
    private static async Task<int?> FindPostgresAsync(PlannedPlatform planned, DataFolder data, CancellationToken stop)
    {
        var made = PlatformStateFile.Read(data)?.PostgresMajor;
        return planned.Regions.All(static r => r.Connection is not null) ? made : await PostgresCheck.FindMajorAsync(data, made, stop);
    }

    private async Task RunAsync(PlatformState platform, DataFolder data, string? anvil, RunLog log, Action<PlatformState, DataFolder> onServing, CancellationToken stop)
    {
        var timings = new UpTimings();
        await using var run = new PlatformRun(platform, data, Path.Combine(AppContext.BaseDirectory, "banyan"), Children(platform, data, anvil), Observe, context.Time);
        progress.Begin(platform);
        try
        {
            RegionNetworks.Create(platform);
            var known = platform.AsksCallers ? OperatorKey.PublishAsync(platform, OperatorKey.Ensure(data), context.Time, stop) : Task.CompletedTask;
            await run.StartAsync(stop);
            await known;
            await progress.EndStartAsync();
            log.Write(string.Create(CultureInfo.InvariantCulture, $"serving after {context.Time.GetElapsedTime(_began).TotalSeconds:0.0} s"));
            if (options.Timings)
                timings.Write(context.Terminal);
            timings.Close();
            onServing(platform, data);
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Say("stopping ...", log);
        }
        finally
        {
            await progress.EndStartAsync();
            await run.StopAsync(context.Interruption.Hurry);
            await new PlatformStopper(data, line => Say(line, log), context.Time).StopOrphansAsync(platform.InstanceId, databasesToo: true, CancellationToken.None);
            Say("stopped", log);
        }

        void Observe(RunEvent happened)
        {
            log.Write(happened.ToString());
            timings.Add(happened);
            progress.Show(happened);
        }
    }

    private void Say(string line, RunLog log)
    {
        log.Write(line);
        progress.Say(line);
    }

    private static PlatformPlanner Planner(DataFolder data) => new(
        FreePorts.IsFree,
        (partition, region) => ProcessFinder.FindPostmaster(data.Database(partition, region)) is not null,
        Environment.GetEnvironmentVariable,
        Random.Shared.Next(10_000));

    private IEnumerable<ChildSpec> Children(PlatformState platform, DataFolder data, string? anvil)
    {
        foreach (var member in ConsensusChildren.Of(platform, data))
            yield return member;
        foreach (var region in platform.Regions)
            yield return new ChildSpec(ChildKind.Keeper, region.Name, ["keeper", "--data", data.Root, "--region", region.Name], region.KeeperPort) { Address = region.Address, Network = RegionNetworks.PathOf(platform, region.Name) };
        foreach (var region in platform.Regions)
            yield return new ChildSpec(ChildKind.Cell, region.Name, ["cell", "--data", data.Root, "--region", region.Name], region.CellPort) { Address = region.Address, Network = RegionNetworks.PathOf(platform, region.Name), ReadyPath = "/health/ready?standby" };
        foreach (var door in platform.AllFrontDoors())
            yield return new ChildSpec(ChildKind.FrontDoor, null, ["front-door", "--data", data.Root, "--name", door.Name], door.Port) { Name = door.Name, ReadyPath = "/health/ready?all" };
        if (anvil is not null)
            yield return AnvilNode.Prepare(anvil, platform.Chain!, data);
        if (options.Feed)
            yield return new ChildSpec(ChildKind.Feed, null, ["feed", "--data", data.Root], null);
    }
}
