using System.Globalization;
using Banyan.Control.Chain;
using Banyan.Control.Networks;

namespace Banyan.Control.Platform.Planning;

/// <summary>
/// Decides what runs on this machine and on which ports: what a blueprint asks for, what an earlier run left behind, and
/// what the machine allows. Decides only; writes nothing.
/// </summary>
/// <param name="isFree">Whether nobody listens on a port.</param>
/// <param name="isOurs">Whether a database of this platform runs still, from an earlier run, on its port.</param>
/// <param name="environment">Reads an environment variable.</param>
/// <param name="firstPort">Where to look for free ports first.</param>
public sealed class PlatformPlanner(Func<int, bool> isFree, Func<string, string, bool> isOurs, Func<string, string?> environment, int firstPort)
{
    /// <summary>Where the world comes in, unless <c>--port</c> says otherwise.</summary>
    public const int DefaultEntryPort = 8080;

    /// <summary>The environment variable that, where set, holds the connection string of a region's database: <c>BANYAN_DATABASE_EAST_AFRICA</c>.</summary>
    public static string ConnectionVariable(string region) => $"BANYAN_DATABASE_{region.ToUpperInvariant().Replace('-', '_')}";

    /// <summary>The environment variable that, where set, holds the connection string of the standby of a region's database: <c>BANYAN_STANDBY_EAST_AFRICA</c>.</summary>
    public static string StandbyVariable(string region) => $"BANYAN_STANDBY_{region.ToUpperInvariant().Replace('-', '_')}";

    /// <summary>Decides.</summary>
    /// <param name="planned">What the blueprint asks for.</param>
    /// <param name="previous">The state of the last run in the same folder; null for the first.</param>
    /// <param name="folder">The folder, for messages.</param>
    /// <param name="entryPort">As asked for; null to keep that of the last run, else <see cref="DefaultEntryPort"/>.</param>
    /// <param name="limit">The most regions to run.</param>
    /// <param name="frontDoors">How many front doors to run.</param>
    /// <param name="consensus">The kind of consensus store, as asked for; null to keep that of the last run, else <see cref="ConsensusState.Single"/>.</param>
    /// <param name="networks">The networks of their own that regions are to have; null: they share the loopback.</param>
    /// <exception cref="PlatformException">The folder holds another platform or keeps its epochs in a store of another kind, or a port that can't be another is taken.</exception>
    public PlatformPlan Plan(PlannedPlatform planned, PlatformState? previous, string folder, int? entryPort, int limit, int frontDoors = 1, string? consensus = null, NetworksState? networks = null)
    {
        if (previous is not null && previous.Platform != planned.Name)
            throw new PlatformException($"{folder} holds the platform {previous.Platform}, not {planned.Name}: name another folder with --data");
        var choice = RegionChoice.Make(planned.Regions, limit);
        var notes = new List<string>(choice.Notes);
        var ports = new FreePorts(firstPort, isFree);
        var entry = EntryPort(entryPort ?? previous?.EntryPort ?? DefaultEntryPort);
        ports.Reserve(entry);
        foreach (var port in previous is null ? [] : Remembered(previous))
            ports.Reserve(port);

        var regions = choice.Regions.Select(r => PlanRegion(r, previous?.FindRegion(r.Name), ports, notes)).ToList();
        if (networks is not null)
            regions = Address(regions, networks, previous);
        var partitions = choice.Regions.Select(r => PlanPartition(r, previous?.FindPartition(r.Name), regions, ports, notes)).ToList();
        var state = new PlatformState
        {
            Platform = planned.Name,
            InstanceId = previous?.InstanceId ?? Guid.NewGuid().ToString("N"),
            PostgresMajor = previous?.PostgresMajor,
            EntryPort = entry,
            FrontDoors = PlanFrontDoors(entry, frontDoors, previous, ports, notes),
            Consensus = At(networks?.Host ?? RegionState.Loopback, PlanConsensus(previous?.Consensus, consensus, folder, ports, notes)),
            Chain = PlanChain(planned.Chain, previous?.Chain, networks, ports, notes),
            Networks = networks,
            Regions = regions,
            Partitions = partitions,
            Objectives = planned.Objectives,
            DrillsEverySeconds = planned.DrillsEverySeconds,
            DrillProgramme = planned.DrillProgramme,
            Notifications = planned.Notifications,
            Settings = planned.Settings,
            Services = planned.Services,
            Access = planned.Access,
        };
        foreach (var gone in previous?.Regions.Where(r => state.FindRegion(r.Name) is null) ?? [])
            notes.Add($"{gone.Name}: not in the blueprint any more, or not chosen; its databases stay in {folder} and do not run");
        return new PlatformPlan(state, notes);
    }

    private static IEnumerable<int> Remembered(PlatformState state) =>
        state.Regions.SelectMany(static r => (int[])[r.CellPort, r.KeeperPort]).Concat(state.Partitions.SelectMany(static p => p.Databases).SelectMany(static d => (int?[])[d.Port, d.CellPort]).OfType<int>())
        .Concat(state.Chain?.Port is { } chain ? [chain] : (int[])[])
        .Concat(state.FrontDoors.Skip(1).Select(static d => d.Port))
        .Concat(state.Consensus?.Members.SelectMany(static m => (int?[])[m.Port, m.PeerPort]).OfType<int>() ?? []).Where(static p => p != 0);

    private int EntryPort(int port) => isFree(port)
        ? port
        : throw new PlatformException($"port {port} is taken by another program: stop it, or choose another port with --port");

    private List<FrontDoorState> PlanFrontDoors(int entry, int count, PlatformState? previous, FreePorts ports, List<string> notes)
    {
        List<FrontDoorState> doors = [new FrontDoorState(FrontDoorState.FirstName, entry)];
        for (var number = 2; number <= count; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{FrontDoorState.FirstName}-{number}");
            doors.Add(new FrontDoorState(name, Keep(previous?.FrontDoors.FirstOrDefault(d => d.Name == name)?.Port, name, ports, notes)));
        }

        return doors;
    }

    /// <summary>
    /// The truth about partitions is in the store: a folder keeps the kind that it has. Members of etcd know each other by their
    /// ports, so those can't change either.
    /// </summary>
    private ConsensusState PlanConsensus(ConsensusState? before, string? kind, string folder, FreePorts ports, List<string> notes)
    {
        if (before is null)
        {
            return kind == ConsensusState.Etcd
                ? new ConsensusState(ConsensusState.Etcd, [.. Enumerable.Range(1, 3).Select(n => new ConsensusMember(string.Create(CultureInfo.InvariantCulture, $"consensus-{n}"), ports.Take(), ports.Take()))])
                : new ConsensusState(ConsensusState.Single, [new ConsensusMember("consensus", ports.Take())]);
        }

        if (kind is not null && kind != before.Kind)
            throw new PlatformException($"{folder} keeps its epochs in a consensus store of kind {before.Kind}, not {kind}: leave --consensus out, or name another folder with --data");
        foreach (var member in before.Members)
        {
            if (member.PeerPort is { } peer && !isFree(peer))
                throw new PlatformException(string.Create(CultureInfo.InvariantCulture, $"port {peer}, by which the other members of etcd know {member.Name}, is taken by another program: stop it"));
        }

        return before with { Members = [.. before.Members.Select(m => m with { Port = Keep(m.Port, $"the consensus store's {m.Name}", ports, notes) })] };
    }

    /// <summary>Where the contracts are is kept for as long as the chain is the same one.</summary>
    private ChainState? PlanChain(PlannedChain? chain, ChainState? before, NetworksState? networks, FreePorts ports, List<string> notes) => chain is null ? null : new ChainState
    {
        Port = chain.At.Count == 0 ? Keep(before?.Port, "the chain's node", ports, notes) : null,
        Host = networks?.Host ?? RegionState.Loopback,
        At = chain.At,
        Id = chain.Id,
        // More than one block is waited for only where blocks come by themselves.
        BlockSeconds = chain.BlockSeconds ?? (chain.Confirmations > 1 ? 2 : null),
        GasLimit = chain.GasLimit,
        EverySeconds = chain.EverySeconds,
        Confirmations = chain.Confirmations,
        Contracts = before?.Id == chain.Id ? before.Contracts : null,
    };

    private static ConsensusState At(string host, ConsensusState consensus) => consensus with { Members = [.. consensus.Members.Select(m => m with { Host = host })] };

    /// <summary>A region keeps the address that it had.</summary>
    private static List<RegionState> Address(List<RegionState> regions, NetworksState networks, PlatformState? previous)
    {
        var kept = regions.Select(r => previous?.FindRegion(r.Name)?.Address).Where(a => a?.StartsWith(networks.Prefix + ".", StringComparison.Ordinal) == true).ToHashSet(StringComparer.Ordinal);
        var free = Enumerable.Range(RegionNetworks.FirstRegion, 200).Select(n => string.Create(CultureInfo.InvariantCulture, $"{networks.Prefix}.{n}")).Where(a => !kept.Contains(a)).GetEnumerator();
        return [.. regions.Select(r => r with { Address = previous?.FindRegion(r.Name)?.Address is { } last && kept.Contains(last) ? last : Next() })];

        string Next()
        {
            free.MoveNext();
            return free.Current;
        }
    }

    private RegionState PlanRegion(PlannedRegion region, RegionState? before, FreePorts ports, List<string> notes) => new()
    {
        Name = region.Name,
        Tier = region.Tier,
        Place = region.Place,
        Jurisdiction = region.Jurisdiction,
        Latitude = region.Latitude,
        Longitude = region.Longitude,
        Standby = region.Standby,
        CellPort = Keep(before?.CellPort, $"the cell of {region.Name}", ports, notes),
        Failover = region.Failover,
        LoadPercent = region.LoadPercent,
        CapacityPercent = region.CapacityPercent,
        KeeperPort = Keep(before?.KeeperPort, $"the keeper of {region.Name}", ports, notes),
    };

    private PartitionState PlanPartition(PlannedRegion region, PartitionState? before, List<RegionState> regions, FreePorts ports, List<string> notes)
    {
        var primary = before?.Primary ?? region.Name;
        var variable = ConnectionVariable(region.Name);
        var given = environment(variable) is { Length: > 0 } ? $"env:{variable}" : region.Connection;
        if (given is null && before?.Databases.FirstOrDefault(static d => d.ConnectionFrom is not null)?.ConnectionFrom is { } last)
            throw new PlatformException($"the database of {region.Name} was given by {last}, and is not any more: give it again (set {variable}, or write it into the blueprint), or use another folder with --data");
        var standbyVariable = StandbyVariable(region.Name);
        var givenStandby = environment(standbyVariable) is { Length: > 0 } ? $"env:{standbyVariable}" : region.StandbyConnection;
        if (given is not null)
            return PlanGiven();
        if (givenStandby is not null)
            throw new PlatformException($"the standby of {region.Name} is given by {givenStandby}, but its database is Banyan's own: give both (set {variable} too), or neither");

        var standby = region.Standby == primary ? region.Name : region.Standby;
        var databases = new List<DatabaseState>();
        foreach (var holder in standby is null ? [primary] : (string[])[primary, standby])
        {
            var port = before?.Databases.FirstOrDefault(d => d.Region == holder)?.Port;
            databases.Add(new DatabaseState
            {
                Region = holder,
                CellPort = CellPort(holder),
                Port = port is not null && isOurs(region.Name, holder) ? port : Keep(port, $"the database {region.Name}@{holder}", ports, notes),
            });
        }

        return Partition(databases);

        // How commits wait, and who follows whom, is set up by who runs them; that nothing is lost can't be shown of them, so nothing is claimed.
        PartitionState PlanGiven()
        {
            if (givenStandby is null && before?.Databases is [_, { ConnectionFrom: { } gone }])
                throw new PlatformException($"the standby of {region.Name} was given by {gone}, and is not any more: give it again (set {standbyVariable}, or write it into the blueprint), or use another folder with --data");
            if (givenStandby is not null && region.Standby is null)
                throw new PlatformException($"the standby of {region.Name}'s database is given by {givenStandby}, but no region is named for it: write standby: REGION into the blueprint");
            notes.Add(givenStandby is null
                ? $"{region.Name}: its database is the one that {given} names; Banyan neither starts nor copies it"
                : $"{region.Name}: its databases are those that {given} and, in {region.Standby}, {givenStandby} name; Banyan neither starts nor copies them, and promotes the standby where the partition moves there");
            var lent = new List<DatabaseState> { new() { Region = region.Name, CellPort = CellPort(region.Name), ConnectionFrom = given } };
            if (givenStandby is not null)
                lent.Add(new DatabaseState { Region = region.Standby!, CellPort = CellPort(region.Standby!), ConnectionFrom = givenStandby });
            return new PartitionState { Name = region.Name, Epoch = before?.Epoch ?? 1, Primary = primary, Databases = lent, RecoveryPointSeconds = givenStandby is null ? null : region.RecoveryPointSeconds };
        }

        PartitionState Partition(IReadOnlyList<DatabaseState> databases) => new()
        {
            Name = region.Name,
            Epoch = before?.Epoch ?? 1,
            Primary = primary,
            Databases = databases,
            Replication = region.Synchronous ? "synchronous" : "asynchronous",
            StandbyGone = region.BlocksAlone ? "block" : "degrade",
            RecoveryPointSeconds = region.RecoveryPointSeconds,
        };

        // At home the cell listens on the region's port; as a standby on one of this partition's own.
        int CellPort(string holder) => holder == region.Name
            ? regions.Find(r => r.Name == holder)!.CellPort
            : Keep(before?.Databases.FirstOrDefault(d => d.Region == holder)?.CellPort is > 0 and var cell ? cell : null, $"the cell of {holder} for {region.Name}", ports, notes);
    }

    private int Keep(int? last, string whose, FreePorts ports, List<string> notes)
    {
        if (last is { } port && isFree(port))
            return port;
        var other = ports.Take();
        if (last is not null)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"port {last} of {whose} is taken by another program; it has {other} now"));
        return other;
    }
}

/// <summary>What was decided.</summary>
/// <param name="State">What will be written to <c>platform.json</c>.</param>
/// <param name="Notes">What is worth saying, one line each.</param>
public sealed record PlatformPlan(PlatformState State, IReadOnlyList<string> Notes);
