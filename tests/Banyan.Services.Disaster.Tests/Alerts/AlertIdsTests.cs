using Banyan.Services.Disaster.Alerts;

namespace Banyan.Services.Disaster.Tests.Alerts;

public class AlertIdsTests
{
    private sealed class Still : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 7, 0, 0, 123, TimeSpan.Zero);
    }

    [Fact]
    public void Next_TimeStandsStill_IdsStillAscend()
    {
        var ids = new AlertIds(new Still());

        var made = Enumerable.Range(0, 10_000).Select(_ => ids.Next()).ToList();

        made.ShouldBeInOrder();
        made.Distinct().Count().ShouldBe(made.Count);
        made[0].Version.ShouldBe(7);
        made[0].Variant.ShouldBeInRange(8, 11);
        made[0].ToString().ShouldStartWith("019ca832-61fb-7");
    }
}
