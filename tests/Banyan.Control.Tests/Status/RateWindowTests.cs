using Banyan.Control.Status;

namespace Banyan.Control.Tests.Status;

public class RateWindowTests
{
    private static readonly DateTimeOffset Born = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly RateWindow _window = new();

    [Fact]
    public void Look_First_HasNothingToCompareWith() => Look(100, 0).ShouldBeNull();

    [Fact]
    public void Look_TwoSecondsLater_GivesRatesPerSecond()
    {
        Look(100, 0);
        _window.Look(new CellCounters(300, 50, 1000, 7), Born, TimeSpan.FromSeconds(2)).ShouldBe(new RegionRates(100, 25, 500, 7));
    }

    [Fact]
    public void Look_ByTwoOftenAtOnce_AveragesOverAtLeastASecond()
    {
        Look(0, 0);
        Look(100, 1).ShouldNotBeNull().RequestsPerSecond.ShouldBe(100);
        Look(150, 1.5).ShouldNotBeNull().RequestsPerSecond.ShouldBe(100);
        Look(200, 2).ShouldNotBeNull().RequestsPerSecond.ShouldBe(100);
    }

    [Fact]
    public void Look_CellStartedAgain_BeginsAnew()
    {
        Look(1000, 0);
        _window.Look(new CellCounters(5, 0, 0, 0), Born.AddSeconds(1), TimeSpan.FromSeconds(2)).ShouldBeNull();
        _window.Look(new CellCounters(15, 0, 0, 0), Born.AddSeconds(1), TimeSpan.FromSeconds(4)).ShouldNotBeNull().RequestsPerSecond.ShouldBe(5);
    }

    private RegionRates? Look(long requests, double seconds) => _window.Look(new CellCounters(requests, 0, 0, 0), Born, TimeSpan.FromSeconds(seconds));
}
