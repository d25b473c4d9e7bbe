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

    private ChildSupervisor Shell(string script) =>
        new(new ChildSpec(ChildKind.Cell, "east", ["-c", script], null), "/bin/sh", _platform, _data, TimeProvider.System, Report);

    private void Report(ChildSpec spec, RunStep step, string? detail) => _events.Enqueue((step, detail));

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(10, patience.Token);
    }
}
