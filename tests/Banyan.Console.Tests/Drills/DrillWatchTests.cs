using Banyan.Console.Drills;
using Banyan.Control.Drills;
using Banyan.Control.Drills.Breaking;
using Banyan.Control.Platform;

namespace Banyan.Console.Tests.Drills;

public sealed class DrillWatchTests : IDisposable
{
    private static readonly DateTimeOffset Began = new(2026, 3, 1, 7, 0, 0, TimeSpan.Zero);
    private readonly DataFolder _data = new(Directory.CreateTempSubdirectory("banyan-watch-").FullName);
    private readonly MovedTime _time = new();
    private readonly DrillWatch _watch;

    public DrillWatchTests() => _watch = new DrillWatch(_data, _time);

    [Fact]
    public void Look_NoDrill_IsNull() => _watch.Look([]).ShouldBeNull();

    [Fact]
    public void Look_RunsEndsAndIsTold_ShowsEachAndThenNothing()
    {
        using (PlatformLock.TryAcquire(_data.DrillLockFile))
        {
            State().Write(_data);
            var running = _watch.Look([]).ShouldNotBeNull();
            (running.Phase, running.Scenario, running.Acknowledged).ShouldBe((LiveDrillPhase.Running, "freeze", 41));
            running.Timeline.ShouldHaveSingleItem().Step.ShouldBe("broken");
            File.Delete(_data.DrillFile);
        }

        _watch.Look([Evidence(Began.AddHours(-1))]).ShouldNotBeNull().Phase.ShouldBe(LiveDrillPhase.Ended);
        var told = _watch.Look([Evidence(Began)]).ShouldNotBeNull();
        (told.Phase, told.Result!.Passed).ShouldBe((LiveDrillPhase.Told, true));
        _time.Now += DrillWatch.Afterwards;
        _watch.Look([Evidence(Began)]).ShouldBeNull();
    }

    [Fact]
    public void Look_EndedWithoutAResult_IsForgottenAfterAWhile()
    {
        State().Write(_data);
        _watch.Look([]);
        File.Delete(_data.DrillFile);
        _watch.Look([]).ShouldNotBeNull();
        _time.Now += DrillWatch.ResultPatience;
        _watch.Look([]).ShouldBeNull();
    }

    [Fact]
    public void Look_ItsProcessIsGone_SaysThatItWasCutOff()
    {
        State().Write(_data);
        _watch.Look([]).ShouldNotBeNull().Phase.ShouldBe(LiveDrillPhase.CutOff);
    }

    [Fact]
    public void Look_FileIsDamaged_ShowsNothing()
    {
        File.WriteAllText(_data.DrillFile, "{");
        _watch.Look([]).ShouldBeNull();
    }

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);

    private static BrokenState State() => new() { Scenario = "freeze", Region = "east-africa", StartedAt = Began, Acknowledged = 41, Timeline = [new TimelineStep("broken", 0)] };

    private static DrillEvidence Evidence(DateTimeOffset startedAt) => new(Guid.NewGuid(), startedAt, new DrillResult
    {
        Scenario = "freeze",
        Region = "east-africa",
        Broke = "east-africa",
        Platform = "kai",
        StartedAt = startedAt,
        Replication = "asynchronous",
        Timeline = [],
        RtoMs = 900,
        RpoMs = 0,
        Changes = new(41, 0, 0, 0, 0),
        Requests = new(100, 1, 1, 0, 0, 950),
        Events = new(0, 0, 1),
        Objectives = [],
        Passed = true,
    });

    private sealed class MovedTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
