using System.Diagnostics;
using Banyan.Control.Processes;

namespace Banyan.Control.Tests.Processes;

public class ProcessIdentityTests
{
    [Fact]
    public void Of_ThisProcess_IsAliveAndTheSame()
    {
        ProcessIdentity.Current.IsAlive.ShouldBeTrue();
        ProcessIdentity.Of(Environment.ProcessId).ShouldBe(ProcessIdentity.Current);
    }

    [Fact]
    public void IsAlive_AnotherProcessOfThatNumber_IsNotIt() =>
        (ProcessIdentity.Current with { StartTicks = 1 }).IsAlive.ShouldBeFalse();

    [Fact]
    public void Signal_AnotherProcessOfThatNumber_IsLeftAlone()
    {
        using var sleeper = Process.Start("sleep", "60");
        var stale = ProcessIdentity.Of(sleeper.Id)! with { StartTicks = 1 };
        stale.Signal(Libc.SIGKILL).ShouldBeFalse();
        sleeper.HasExited.ShouldBeFalse();
        sleeper.Kill();
    }

    [Fact]
    public async Task WaitForExitAsync_ItEnds_ReturnsTrue()
    {
        using var sleeper = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(sleeper.Id)!;
        (await identity.WaitForExitAsync(TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken)).ShouldBeFalse();
        identity.Signal(Libc.SIGTERM).ShouldBeTrue();
        (await identity.WaitForExitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    [Fact]
    public void Of_NameWithBlanksAndParentheses_IsRead()
    {
        var strange = Path.Combine(Path.GetTempPath(), $"a) b ({Environment.ProcessId}");
        File.CreateSymbolicLink(strange, "/bin/sleep");
        try
        {
            using var sleeper = Process.Start(strange, "60");
            ProcessIdentity.Of(sleeper.Id).ShouldNotBeNull().StartTicks.ShouldBeGreaterThanOrEqualTo(ProcessIdentity.Current.StartTicks);
            sleeper.Kill();
        }
        finally
        {
            File.Delete(strange);
        }
    }
}
