using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Tests.Entry.Routes;

public class CellBreakerTests
{
    private readonly ManualTime _time = new();
    private readonly CellBreaker _breaker = new();

    [Fact]
    public void Failed_FewerInARow_StaysClosed()
    {
        Fail(CellBreaker.OpensAfter - 1).ShouldBe(0);
        _breaker.Succeeded();
        Fail(CellBreaker.OpensAfter - 1).ShouldBe(0);
        _breaker.IsOpen(_time).ShouldBeFalse();
    }

    [Fact]
    public void Failed_AgainAndAgain_OpensForLongerEachTime()
    {
        foreach (var seconds in (int[])[1, 2, 4, 8, 8])
        {
            Fail(CellBreaker.OpensAfter).ShouldBe(1); // those that were under way when it opened do not open it again
            _breaker.IsOpen(_time).ShouldBeTrue();
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            _breaker.IsOpen(_time).ShouldBeTrue();
            _time.Advance(TimeSpan.FromMilliseconds(1));
            _breaker.IsOpen(_time).ShouldBeFalse();
        }
    }

    [Fact]
    public void Succeeded_AfterItOpened_ForgetsAll()
    {
        Fail(CellBreaker.OpensAfter);
        _time.Advance(TimeSpan.FromSeconds(1));
        _breaker.Succeeded();
        Fail(CellBreaker.OpensAfter - 1).ShouldBe(0);
        _breaker.IsOpen(_time).ShouldBeFalse();
    }

    private int Fail(int times) => Enumerable.Range(0, times).Count(_ => _breaker.Failed(_time));
}
