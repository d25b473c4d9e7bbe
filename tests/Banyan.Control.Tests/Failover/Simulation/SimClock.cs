namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>The time of a simulated world, in milliseconds; only the world moves it.</summary>
internal sealed class SimClock : TimeProvider
{
    public long Now { get; set; } = 1_000;

    public override long TimestampFrequency => 1_000;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMilliseconds(Now);
}
