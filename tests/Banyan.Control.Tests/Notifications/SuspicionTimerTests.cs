using Banyan.Control.Notifications;
using Banyan.Control.Tests.Failover.Simulation;

namespace Banyan.Control.Tests.Notifications;

public class SuspicionTimerTests
{
    private readonly SimClock _clock = new();
    private readonly SuspicionTimer _timer;

    public SuspicionTimerTests() => _timer = new SuspicionTimer(_clock);

    [Fact]
    public void Look_NeverSeenWell_TellsNothing()
    {
        for (var i = 0; i < 10; i++)
            _timer.Look(isSuspected: true, isWell: false, wasTold: false).ShouldBe(SuspicionStep.None);
    }

    [Fact]
    public void Look_WellThenSuspected_TellsUntilItIsTold()
    {
        _timer.Look(false, true, false).ShouldBe(SuspicionStep.None);
        _timer.Look(true, false, false).ShouldBe(SuspicionStep.Tell);
        _timer.Look(true, false, false).ShouldBe(SuspicionStep.Tell); // The commit failed.
        _timer.Look(true, false, true).ShouldBe(SuspicionStep.None);
    }

    [Fact]
    public void Look_FlapsAfterItWasTold_IsOverOnlyWhenWellForAWhile()
    {
        _timer.Look(false, true, false);
        _timer.Look(true, false, false);
        for (var i = 0; i < 5; i++)
        {
            _timer.Look(false, true, true).ShouldBe(SuspicionStep.None);
            _timer.Due(true).ShouldBe(SuspicionTimer.Settle);
            _clock.Now += (long)SuspicionTimer.Settle.TotalMilliseconds - 1;
            _timer.Look(false, true, true).ShouldBe(SuspicionStep.None);
            _timer.Look(true, false, true).ShouldBe(SuspicionStep.None);
            _timer.Due(true).ShouldBeNull();
        }

        _timer.Look(false, true, true);
        _clock.Now += (long)SuspicionTimer.Settle.TotalMilliseconds;
        _timer.Look(false, true, true).ShouldBe(SuspicionStep.End);
        _timer.Look(false, true, false).ShouldBe(SuspicionStep.None);
        _timer.Look(true, false, false).ShouldBe(SuspicionStep.Tell);
    }
}
