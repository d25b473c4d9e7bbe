using System.Text.Json;
using Banyan.Control.Networks;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills.Breaking;

/// <summary>
/// What a drill has broken and not put back: written to <c>drill.json</c> before anything is broken, so that
/// <c>banyan drill --heal</c> can put it back whatever became of the drill. Immutable.
/// </summary>
public sealed record BrokenState
{
    public required string Scenario { get; init; }

    public required string Region { get; init; }

    /// <summary>When the drill began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Names of files in <c>held/</c>: children or regions that are kept down.</summary>
    public IReadOnlyList<string> Held { get; init; } = [];

    /// <summary>Processes that were stopped and must be continued.</summary>
    public IReadOnlyList<FrozenProcess> Frozen { get; init; } = [];

    /// <summary>Links that were cut.</summary>
    public IReadOnlyList<NetworkCut> Cuts { get; init; } = [];

    /// <summary>The platform whose links they are; empty where none was cut.</summary>
    public string CutOf { get; init; } = "";

    /// <summary>A file that fills a disk; null where there is none.</summary>
    public string? Ballast { get; init; }

    /// <summary>What happened so far, for the console.</summary>
    public IReadOnlyList<TimelineStep> Timeline { get; init; } = [];

    /// <summary>Changes acknowledged so far, for the console.</summary>
    public int Acknowledged { get; init; }

    /// <summary>Milliseconds since the last acknowledged change, for the console.</summary>
    public long QuietMs { get; init; }

    /// <summary>The region that served when it was broken, for the console.</summary>
    public string? Serving { get; init; }

    /// <summary>How long it is to stay broken, in seconds, for the console.</summary>
    public int Seconds { get; init; }

    /// <summary>Requests a second that its clients mean to send, for the console.</summary>
    public int Rate { get; init; }

    /// <summary>Milliseconds since it was broken; null before that. For the console.</summary>
    public long? SinceBrokenMs { get; init; }

    /// <summary>Requests that ended so far, for the console.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, those that failed, for the console.</summary>
    public long Failed { get; init; }

    /// <summary>How the clients fared, second by second, oldest first; for the console.</summary>
    public IReadOnlyList<DrillRate> Rates { get; init; } = [];

    /// <summary>Reads what an earlier drill left; null where nothing is broken.</summary>
    /// <exception cref="DrillException">It can't be read.</exception>
    public static BrokenState? Read(DataFolder data)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(data.DrillFile), DrillJson.Default.BrokenState);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new DrillException($"{data.DrillFile} can't be read ({unreadable.Message.Split('\n')[0].TrimEnd('.')}): see that nothing in {data.Held} is left, and delete it", unreadable);
        }
    }

    /// <summary>Writes it; a reader sees the old one or the new one.</summary>
    public void Write(DataFolder data)
    {
        var next = data.DrillFile + ".next";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(this, DrillJson.Default.BrokenState));
        File.Move(next, data.DrillFile, overwrite: true);
    }
}

/// <summary>A process that a drill has stopped.</summary>
public sealed record FrozenProcess(int Pid, long StartTicks);
