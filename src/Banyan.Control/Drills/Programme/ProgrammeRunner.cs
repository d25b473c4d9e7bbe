using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>Runs several drills one after another, each on a platform that is whole; one that fails does not keep the others from being run.</summary>
/// <param name="platform">As in <c>platform.json</c>.</param>
/// <param name="run">Runs one drill.</param>
/// <param name="whole">Waits until the platform is whole for a region's drill; what is still amiss where it does not become so.</param>
/// <param name="time">The clock.</param>
public sealed class ProgrammeRunner(
    PlatformState platform, Func<DrillOptions, CancellationToken, Task<DrillResult>> run, Func<string, CancellationToken, Task<string?>> whole, TimeProvider time)
{
    private static readonly TimeSpan WholePatience = TimeSpan.FromSeconds(120);

    /// <summary>Runs real drills.</summary>
    /// <param name="data">The platform's folder.</param>
    /// <param name="platform">As in <c>platform.json</c>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="observer">Hears of them.</param>
    public static ProgrammeRunner Of(DataFolder data, PlatformState platform, TimeProvider time, IDrillObserver observer) => new(
        platform,
        (options, stop) => new DrillRunner(data, platform, time, observer).RunAsync(options, stop),
        async (region, stop) =>
        {
            using var readiness = new DrillReadiness(platform, region, time);
            return await readiness.WaitAsync(WholePatience, stop);
        },
        time);

    /// <summary>Every scenario that can be drilled here, each of another region in turn.</summary>
    public static IReadOnlyList<ProgrammeItem> Default(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var items = new List<ProgrammeItem>();
        foreach (var scenario in Scenario.All.Where(static s => s.Name != "disk-full")) // Needs a file system of its own.
        {
            for (var i = 0; i < platform.Regions.Count; i++)
            {
                var region = platform.Regions[(items.Count + i) % platform.Regions.Count].Name;
                if (!CanBeDrilled(scenario, region, platform))
                    continue;
                items.Add(new ProgrammeItem(scenario.Name, region));
                break;
            }
        }

        return items;
    }

    /// <summary>The drills of a platform's programme: the blueprint's, else <see cref="Default"/>.</summary>
    public static IReadOnlyList<ProgrammeItem> Of(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.DrillProgramme.Count > 0 ? platform.DrillProgramme : Default(platform);
    }

    /// <summary>Runs them all.</summary>
    /// <param name="items">What, in order.</param>
    /// <param name="rate">Requests a second where an item says nothing.</param>
    /// <param name="told">Told of each before it begins: which, of how many.</param>
    /// <param name="cancellationToken">Ends the drill that runs, puts back what it broke, and runs no more.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ProgrammeResult> RunAsync(IReadOnlyList<ProgrammeItem> items, int rate, Action<int, ProgrammeItem> told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(told);
        var startedAt = time.GetUtcNow();
        var drills = new List<ProgrammeDrill>();
        foreach (var item in items)
        {
            told(drills.Count, item);
            drills.Add(await RunAsync(item, rate, cancellationToken));
        }

        return new ProgrammeResult { Platform = platform.Platform, StartedAt = startedAt, Drills = drills, Passed = drills.TrueForAll(static d => d.Passed) };
    }

    private async Task<ProgrammeDrill> RunAsync(ProgrammeItem item, int rate, CancellationToken cancellationToken)
    {
        var region = item.Region ?? platform.Regions[0].Name;
        if (Scenario.Find(item.Scenario) is not { } scenario)
            return NotRun($"this banyan knows no scenario {item.Scenario}");
        if (platform.FindPartition(region) is null)
            return NotRun($"{region} does not run here: there are {string.Join(", ", platform.Regions.Select(static r => r.Name))}");
        if (await whole(region, cancellationToken) is { } fault)
            return NotRun($"the platform is not healthy: {fault}");
        try
        {
            var options = new DrillOptions { Scenario = scenario, Region = region, Seconds = item.Seconds ?? scenario.Seconds, Rate = item.Rate ?? rate };
            var result = await run(options, cancellationToken);
            return new ProgrammeDrill(item.Scenario, region, result.Passed, null, result);
        }
        catch (DrillException failure)
        {
            return NotRun(failure.Message.TrimEnd('.'));
        }

        ProgrammeDrill NotRun(string why) => new(item.Scenario, region, Passed: false, why, Result: null);
    }

    private static bool CanBeDrilled(Scenario scenario, string region, PlatformState platform)
    {
        if (platform.FindPartition(region) is not { } partition)
            return false;
        try
        {
            DrillLimits.Check(scenario, partition, platform);
            return true;
        }
        catch (DrillException)
        {
            return false; // Not on this machine, or not of this region: not a part of what it can prove.
        }
    }
}
