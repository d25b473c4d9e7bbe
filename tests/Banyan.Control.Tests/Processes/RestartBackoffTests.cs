using Banyan.Control.Processes;

namespace Banyan.Control.Tests.Processes;

public class RestartBackoffTests
{
    private readonly RestartBackoff _backoff = new();

    [Fact]
    public void OnDeath_AgainAndAgain_WaitsLongerUpToTheLongest()
    {
        var waits = Enumerable.Range(0, 10).Select(_ => _backoff.OnDeath(TimeSpan.FromSeconds(1)).TotalSeconds);
        waits.ShouldBe([0, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10, 10]);
    }

    [Fact]
    public void OnDeath_AfterAHealthyLife_StartsAgainAtOnce()
    {
        for (var i = 0; i < 5; i++)
            _backoff.OnDeath(TimeSpan.Zero);
        _backoff.OnDeath(RestartBackoff.Healthy).ShouldBe(TimeSpan.Zero);
        _backoff.OnDeath(TimeSpan.Zero).ShouldBe(RestartBackoff.First);
    }
}
