namespace Banyan.Control.Drills;

/// <summary>A way to break a platform. Immutable.</summary>
/// <param name="Name">What the command calls it.</param>
/// <param name="Breaks">What is done, in one line; <c>{region}</c> stands for the region that serves the drilled region's residents.</param>
/// <param name="Seconds">How long it stays broken unless said otherwise.</param>
/// <param name="Moves">Whether the partition is expected to have another primary afterwards, where its policy is automatic.</param>
/// <param name="ProvesRecovery">Whether passing it proves objectives of recovery (rto, rpo): the region's own service was broken.</param>
public sealed record Scenario(string Name, string Breaks, int Seconds, bool Moves, bool ProvesRecovery)
{
    /// <summary>Every scenario, in the order of docs/drills.md.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("region-loss", "kills every process of {region} (kill -9), databases included, and keeps them down", 15, Moves: true, ProvesRecovery: true),
        new("cell-crash", "kills the cell of {region} (kill -9); it is started again", 8, Moves: false, ProvesRecovery: true),
        new("database-crash", "kills the partition's primary in {region}, all of its processes (kill -9); its keeper starts it again or another takes over", 8, Moves: false, ProvesRecovery: true),
        new("freeze", "stops every process of {region} (SIGSTOP), and wakes them up later: what they were about to write must not count", 10, Moves: true, ProvesRecovery: true),
        new("partition", "cuts {region} off from everything: other regions, consensus store, front doors; what is sent is dropped, and no connection is closed", 15, Moves: true, ProvesRecovery: true),
        new("standby-loss", "kills the partition's standby, again each time its keeper has started it", 8, Moves: false, ProvesRecovery: false),
        new("control-loss", "kills every keeper (kill -9), and keeps them down: cells go on, nothing moves", 10, Moves: false, ProvesRecovery: false),
        new("consensus-loss", "kills the consensus store (kill -9), and keeps it down: leases run out, every region stops taking requests until it is back", 6, Moves: false, ProvesRecovery: false),
        new("front-door-loss", "kills a front door (kill -9), and keeps it down where there are others", 8, Moves: false, ProvesRecovery: false),
        new("failback", "moves the partition in order: away, and home again", 5, Moves: false, ProvesRecovery: false),
        new("disk-full", "fills the file system of the partition's primary in {region}, where it has one of its own", 8, Moves: false, ProvesRecovery: true),
    ];

    /// <summary>Finds one by name; null where none has it.</summary>
    public static Scenario? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
