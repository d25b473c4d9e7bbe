using System.Diagnostics;
using Banyan.Control.Drills;
using Banyan.Control.Drills.Breaking;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Control.Tests.Drills;

public sealed class BreakerTests : IDisposable
{
    private readonly DataFolder _data = new(Directory.CreateTempSubdirectory("banyan-drill-").FullName);
    private readonly Process _sleeper = Process.Start("sleep", ["600"]);

    [Fact]
    public void Heal_AfterADrillWasKilled_ContinuesWhatWasStoppedAndLetsGoOfWhatIsHeld()
    {
        var identity = ProcessIdentity.Of(_sleeper.Id)!;
        var breaker = new Breaker(_data, TestPlatform.State(), State());
        breaker.Hold("east", "front-door");
        breaker.Tell(s => s with { Frozen = [new FrozenProcess(identity.Pid, identity.StartTicks)] });
        identity.Signal(Libc.SIGSTOP);
        SpinWait.SpinUntil(() => StateOf(identity.Pid) == 'T', TimeSpan.FromSeconds(10)).ShouldBeTrue();
        Directory.GetFiles(_data.Held).Select(Path.GetFileName).Order().ShouldBe(["east", "front-door"]);

        // Another process, which knows only what was written.
        DrillRunner.Heal(_data).ShouldBe("freeze of east: 2 held down, 1 stopped");

        SpinWait.SpinUntil(() => StateOf(identity.Pid) == 'S', TimeSpan.FromSeconds(10)).ShouldBeTrue();
        Directory.Exists(_data.Held).ShouldBeFalse();
        File.Exists(_data.DrillFile).ShouldBeFalse();
        DrillRunner.Heal(_data).ShouldBeNull();
    }

    [Fact]
    public void Heal_WhileADrillRuns_IsRefused()
    {
        using var running = PlatformLock.TryAcquire(_data.DrillLockFile);
        // flock(2) locks belong to the open file: a second one in the same process is refused as in another.
        Should.Throw<DrillException>(() => DrillRunner.Heal(_data)).Message.ShouldBe($"a drill runs (pid {Environment.ProcessId}): it puts back what it breaks; end it with Ctrl-C");
    }

    [Fact]
    public void Read_DamagedFile_SaysWhatToDo()
    {
        File.WriteAllText(_data.DrillFile, "{");
        Should.Throw<DrillException>(() => BrokenState.Read(_data)).Message.ShouldContain($"see that nothing in {_data.Held} is left, and delete it");
    }

    [Fact]
    public void Of_ProcessWithChildren_FindsThemAll()
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 601 & sleep 602 & wait"]))!;
        try
        {
            SpinWait.SpinUntil(() => ProcessTree.Of(ProcessIdentity.Of(shell.Id)!).Count == 3, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    [Theory]
    [InlineData("partition", "start the platform with `banyan up --networks`")]
    public void Check_WhatCannotBeDoneHonestly_IsRefused(string scenario, string why) =>
        Should.Throw<DrillException>(() => DrillLimits.Check(Scenario.Find(scenario)!, TestPlatform.State().Partitions[0], TestPlatform.State())).Message.ShouldContain(why);

    [Fact]
    public void FillDisk_FolderOnTheCommonFileSystem_IsRefused()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_data.Root, "databases", "east@east")).FullName;
        Should.Throw<DrillException>(() => new Breaker(_data, TestPlatform.State(), State()).FillDisk(folder)).Message.ShouldContain("on a file system of its own");
    }

    public void Dispose()
    {
        _sleeper.Kill();
        _sleeper.Dispose();
        Directory.Delete(_data.Root, recursive: true);
    }

    private static BrokenState State() => new() { Scenario = "freeze", Region = "east", StartedAt = DateTimeOffset.UnixEpoch };

    private static char StateOf(int pid) => File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1][0];
}
