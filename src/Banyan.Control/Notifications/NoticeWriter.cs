using System.Globalization;
using Banyan.Cells.Partitions;
using Banyan.Control.Drills;
using Banyan.Control.Platform;

namespace Banyan.Control.Notifications;

/// <summary>Puts notices into words. Pure but for new ids.</summary>
internal static class NoticeWriter
{
    /// <summary>A partition has another primary.</summary>
    public static Notice Move(PlatformState platform, string partition, PartitionRecord record)
    {
        var kind = !record.Planned ? NoticeKind.Failover : record.Primary == partition ? NoticeKind.Failback : NoticeKind.Switchover;
        var text = kind switch
        {
            NoticeKind.Failback => $"{partition} is served at home again",
            NoticeKind.Switchover => $"{partition} was switched to {record.Primary} in order",
            _ => $"{partition} has failed over to {record.Primary}",
        };
        return Make(kind, kind, partition, record.Since, new NoticeData
        {
            Platform = platform.Platform,
            Text = record.Reason is null ? text : $"{text}: {record.Reason}",
            Partition = partition,
            Region = record.Previous,
            Epoch = record.Epoch,
            Primary = record.Primary,
            Previous = record.Previous,
            Reason = record.Reason,
        });
    }

    /// <summary>Most others find that a region does not answer.</summary>
    public static Notice Suspicion(PlatformState platform, string region, IReadOnlyList<string> observers, DateTimeOffset at) => Make(NoticeKind.Suspicion, NoticeKind.Suspicion, region, at, new NoticeData
    {
        Platform = platform.Platform,
        Text = $"{region} does not answer, say {string.Join(", ", observers)}",
        Region = region,
        Observers = observers,
    });

    /// <summary>A drill is about to break something.</summary>
    public static Notice DrillBegun(PlatformState platform, DrillOptions options, DateTimeOffset at) => Make(NoticeKind.Drill, "drill.begun", options.Region, at, new NoticeData
    {
        Platform = platform.Platform,
        Text = string.Create(CultureInfo.InvariantCulture, $"a drill has begun: {options.Scenario.Name} of {options.Region}, for {options.Seconds} s"),
        Region = options.Region,
        Scenario = options.Scenario.Name,
    });

    /// <summary>A drill is over.</summary>
    /// <param name="platform">The platform.</param>
    /// <param name="options">What was drilled.</param>
    /// <param name="result">What came of it; null where it was cut short.</param>
    /// <param name="at">When.</param>
    public static Notice DrillEnded(PlatformState platform, DrillOptions options, DrillResult? result, DateTimeOffset at)
    {
        var outcome = result is null ? "aborted" : result.Passed ? "passed" : "failed";
        return Make(NoticeKind.Drill, "drill.ended", options.Region, at, new NoticeData
        {
            Platform = platform.Platform,
            Text = $"the drill {options.Scenario.Name} of {options.Region} {(result is null ? "was aborted; what it broke is put back" : outcome)}",
            Region = options.Region,
            Scenario = options.Scenario.Name,
            Outcome = outcome,
            RtoMs = result?.RtoMs,
            Lost = result?.Changes.Lost,
        });
    }

    private static Notice Make(string kind, string type, string subject, DateTimeOffset at, NoticeData data) =>
        new() { Id = Guid.CreateVersion7(at).ToString("N"), Kind = kind, Type = "banyan." + type, Subject = subject, At = at, Data = data };
}
