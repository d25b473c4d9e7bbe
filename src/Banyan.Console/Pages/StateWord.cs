using Banyan.Control.Status;

namespace Banyan.Console.Pages;

/// <summary>States as words and as the names of their marks.</summary>
public static class StateWord
{
    /// <summary>The mark and word of a region's state.</summary>
    public static string Of(RegionServing state) => state switch
    {
        RegionServing.Serving => "serving",
        RegionServing.Suspected => "suspected",
        RegionServing.Down => "down",
        RegionServing.Moving => "moving",
        RegionServing.Rebuilding => "rebuilding",
        RegionServing.Draining => "draining",
        _ => "unknown",
    };

    /// <summary>The mark of a database's state.</summary>
    public static string MarkOf(DatabaseReport database) => database.State switch
    {
        "running" => "serving",
        "starting" => "rebuilding",
        "stopped" or "failed" => "down",
        _ => "unknown",
    };

    /// <summary>The worst state of a platform, which its summary shows.</summary>
    public static RegionServing Worst(PlatformStatus status) =>
        status.Regions.Count == 0 ? RegionServing.Down : status.Regions.Select(r => r.State).MaxBy(Gravity);

    private static int Gravity(RegionServing state) => state switch
    {
        RegionServing.Serving => 0,
        RegionServing.Draining => 1,
        RegionServing.Rebuilding => 2,
        RegionServing.Moving => 3,
        RegionServing.Suspected => 4,
        _ => 5,
    };
}
