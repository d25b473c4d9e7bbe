using Banyan.Control.Platform;

namespace Banyan.Control.Tests;

/// <summary>A platform of two regions, each other's standby.</summary>
internal static class TestPlatform
{
    public static PlatformState State() => new()
    {
        Platform = "kai",
        InstanceId = Guid.NewGuid().ToString("N"),
        EntryPort = 20000,
        Regions = [Region("east", "west", 20001), Region("west", "east", 20003)],
        Partitions = [Partition("east", "west", 20005), Partition("west", "east", 20007)],
        Objectives = [new ObjectiveState("rto", "15m")],
    };

    private static RegionState Region(string name, string standby, int port) =>
        new() { Name = name, Tier = "core", Standby = standby, CellPort = port, KeeperPort = port + 1 };

    private static PartitionState Partition(string name, string standby, int port) =>
        new() { Name = name, Primary = name, Databases = [new DatabaseState { Region = name, Port = port }, new DatabaseState { Region = standby, Port = port + 1 }] };
}
