using System.Collections.Concurrent;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Control.Tests.Processes;

public sealed class ChildSupervisorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DataFolder _data = new(Path.Combine(Path.GetTempPath(), $"banyan-child-{Guid.NewGuid():N}"));
    private readonly PlatformState _platform = TestPlatform.State();
    private readonly ConcurrentQueue<(RunStep Step, string? Detail)> _events = new();

    public ChildSupervisorTests() => Directory.CreateDirectory(_data.Logs);

    [Fact]
    public async Task StopAsync_ChildEndsWithItsInput_IsNotKilled()
    {
        using var child = Shell("cat >/dev/null; echo drained");
        child.Start();
        await Until(() => _events.Any(e => e.Step == RunStep.Started));
        await child.StopAsync(Patience, CancellationToken.None);
        _events.Select(e => e.Step).ShouldBe([RunStep.Started, RunStep.Stopped]);
        child.LastWords.ShouldBe("drained");
    }

    [Fact]
    public async Task StopAsync_ChildIgnoresIt_IsKilledAfterItsTime()
    {
        using var child = Shell("while :; do sleep 1; done");
        child.Start();
        await Until(() => _events.Any(e => e.Step == RunStep.Started));
        await child.StopAsync(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        _events.Select(e => e.Step).ShouldBe([RunStep.Started, RunStep.Killed, RunStep.Stopped]);
    }

    [Fact]
    public async Task StopAsync_Hurry_KillsAtOnce()
    {
        using var child = Shell("while :; do sleep 1; done");
        child.Start();
        await Until(() => _events.Any(e => e.Step == RunStep.Started));
        await child.StopAsync(Patience, new CancellationToken(canceled: true));
        _events.ShouldContain((RunStep.Killed, "in a hurry"));
    }

    [Fact]
    public async Task Start_ChildDies_IsStartedAgainAndItsLastWordsAreTold()
    {
        using var child = Shell("""echo '{"LogLevel":"Critical","Message":"the disk is full"}' >&2; exit 3""");
        child.Start();
        await Until(() => _events.Count(e => e.Step == RunStep.Started) >= 3);
        _events.Where(e => e.Step == RunStep.Died).Select(e => e.Detail).Take(2).ShouldBe(
            ["exit 3: the disk is full; started again at once", "exit 3: the disk is full; started again in 0.2 s"]);
        await child.StopAsync(Patience, CancellationToken.None);
    }

    [Fact]
    public async Task GaveUp_ThreeDeathsBeforeReady_CompletesWithTheReason()
    {
        using var child = Shell("echo 'banyan: no such thing' >&2; exit 2");
        child.Start();
        (await child.GaveUp.WaitAsync(Patience, TestContext.Current.CancellationToken)).ShouldBe("exit 2: no such thing");
        await child.StopAsync(Patience, CancellationToken.None);
    }

    [Fact]
    public async Task Start_KilledFromOutside_SaysBySignal()
    {
        using var child = Shell("echo ready; cat >/dev/null");
        child.Start();
        await Until(() => child.LastWords == "ready");
        var pid = int.Parse(_events.First().Detail!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        ProcessIdentity.Of(pid)!.Signal(Libc.SIGKILL);
        await Until(() => _events.Any(e => e.Step == RunStep.Died));
        _events.ShouldContain((RunStep.Died, "killed by signal 9; started again at once"));
        await child.StopAsync(Patience, CancellationToken.None);
    }

    [Fact]
    public async Task Start_NoSuchProgram_SaysSoAndKeepsTrying()
    {
        using var child = new ChildSupervisor(new ChildSpec(ChildKind.Cell, "east", ["cell"], null), "/nonexistent/banyan", _platform, _data, TimeProvider.System, Report);
        child.Start();
        await child.GaveUp.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await child.StopAsync(Patience, CancellationToken.None);
        _events.ShouldContain(e => e.Step == RunStep.Died);
    }

    [Theory]
    [InlineData("cell-east")]
    [InlineData("east")]
    public async Task Start_DiesWhileHeld_IsStartedWhenItIsLetGo(string name)
    {
        Directory.CreateDirectory(_data.Held);
        var held = Path.Combine(_data.Held, name);
        using var child = Shell("cat >/dev/null", region: "east");
        child.Start();
        for (var times = 1; times <= 4; times++)
        {
            await Until(() => _events.Count(e => e.Step == RunStep.Started) == times);
            await File.WriteAllTextAsync(held, "", TestContext.Current.CancellationToken);
            ProcessIdentity.Of(LastPid())!.Signal(Libc.SIGKILL);
            await Until(() => _events.Count(e => e.Step == RunStep.Died) == times);
            _events.Last().Detail.ShouldBe("killed by signal 9; held down");
            await Task.WhenAny(Until(() => _events.Count(e => e.Step == RunStep.Started) > times), Task.Delay(200, TestContext.Current.CancellationToken));
            _events.Count(e => e.Step == RunStep.Started).ShouldBe(times);
            File.Delete(held);
        }

        await Until(() => _events.Count(e => e.Step == RunStep.Started) == 5);
        await child.StopAsync(Patience, CancellationToken.None);
    }

    [Fact]
    public async Task StopAsync_ChildIsHeld_Ends()
    {
        Directory.CreateDirectory(_data.Held);
        await File.WriteAllTextAsync(Path.Combine(_data.Held, "east"), "", TestContext.Current.CancellationToken);
        using var child = Shell("exit 1", region: "east");
        child.Start();
        await Until(() => _events.Any(e => e.Step == RunStep.Died));
        await child.StopAsync(Patience, CancellationToken.None);
        _events.Select(e => e.Step).ShouldBe([RunStep.Started, RunStep.Died, RunStep.Stopped]);
    }

    [Fact]
    public async Task StopAsync_AnotherProgram_IsAskedBySignal()
    {
        var spec = new ChildSpec(ChildKind.Consensus, null, ["-c", "trap 'echo terminated; exit 0' TERM; echo up; while :; do sleep 0.05; done"], null) { Name = "consensus-1", Program = "/bin/sh" };
        using var child = new ChildSupervisor(spec, "/nonexistent/banyan", _platform, _data, TimeProvider.System, Report);
        child.Start();
        await Until(() => child.LastWords == "up");
        await child.StopAsync(Patience, CancellationToken.None);
        _events.Select(e => e.Step).ShouldBe([RunStep.Started, RunStep.Stopped]);
        child.LastWords.ShouldBe("terminated");
    }

    [Fact]
    public async Task Start_AnotherProgram_OutlivesTheThreadThatAskedForIt()
    {
        var spec = new ChildSpec(ChildKind.Consensus, null, ["--pdeathsig", "KILL", "--", "/bin/sh", "-c", "echo up; exec sleep 1000"], null) { Name = "consensus-1", Program = "setpriv" };
        using var child = new ChildSupervisor(spec, "/nonexistent/banyan", _platform, _data, TimeProvider.System, Report);
        var thread = new Thread(child.Start);
        thread.Start();
        thread.Join();
        await Until(() => child.LastWords == "up");
        await Task.WhenAny(Until(() => _events.Any(e => e.Step == RunStep.Died)), Task.Delay(300, TestContext.Current.CancellationToken));
        _events.Select(e => e.Step).ShouldBe([RunStep.Started]);
        await child.StopAsync(Patience, CancellationToken.None);
    }

    [Fact]
    public void HeldAs_Consensus_IsAlsoItsKind() =>
        new ChildSpec(ChildKind.Consensus, null, ["x"], null) { Name = "consensus-2" }.HeldAs.ShouldBe(["consensus-2", "consensus"]);

    [Fact]
    public async Task FindChildren_ProcessOfThisPlatform_IsFoundAndOnlyThat()
    {
        // The finder looks for a program of the name banyan.
        var program = Path.Combine(_data.Root, "banyan");
        File.CreateSymbolicLink(program, "/bin/sh");
        using var child = new ChildSupervisor(new ChildSpec(ChildKind.Cell, "east", ["-c", "echo up; cat >/dev/null", "--region", "east"], null), program, _platform, _data, TimeProvider.System, Report);
        child.Start();
        await Until(() => child.LastWords == "up");
        ProcessFinder.FindChildren(_platform.InstanceId).ShouldHaveSingleItem().Name.ShouldBe("-c-east");
        ProcessFinder.FindChildren(Guid.NewGuid().ToString("N")).ShouldBeEmpty();
        await child.StopAsync(Patience, CancellationToken.None);
        ProcessFinder.FindChildren(_platform.InstanceId).ShouldBeEmpty();
    }

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);

    private int LastPid() => int.Parse(_events.Last(e => e.Step == RunStep.Started).Detail!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

    private ChildSupervisor Shell(string script, string? region = null) =>
        new(new ChildSpec(ChildKind.Cell, "east", ["-c", script], null) { Name = region is null ? "-c-east" : $"cell-{region}" }, "/bin/sh", _platform, _data, TimeProvider.System, Report);

    private void Report(ChildSpec spec, RunStep step, string? detail) => _events.Enqueue((step, detail));

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(10, patience.Token);
    }
}
