using Banyan.Cli.Feed;

namespace Banyan.Cli.Tests.Feed;

public class StationWeatherTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Next_AWeekOfMinutes_StaysPlausible(int seed)
    {
        var week = Run(new StationWeather(-1.29, 36.82, new Random(seed)), TimeSpan.FromMinutes(1), 7 * 24 * 60);
        week.ShouldAllBe(o => o.RainMm >= 0 && o.RainMm < 10);
        week.ShouldAllBe(o => o.TemperatureC > 5 && o.TemperatureC < 45);
        week.ShouldAllBe(o => o.WindMs >= 0 && o.WindMs < 40);
        week.ShouldAllBe(o => o.RiverM >= StationWeather.LowWater && o.RiverM < 12);
        week.Count(o => o.RainMm == 0).ShouldBeGreaterThan(week.Count / 10, "it rains all the time");
        week.Sum(o => o.RainMm).ShouldBeGreaterThan(1, "it never rains");
    }

    [Fact]
    public void Next_AfterRain_TheRiverIsHigherThanBefore()
    {
        var week = Run(new StationWeather(6.5, 3.4, new Random(7)), TimeSpan.FromMinutes(1), 7 * 24 * 60);
        var wettest = Enumerable.Range(60, week.Count - 120).MaxBy(i => week.Skip(i).Take(30).Sum(o => o.RainMm));
        week[wettest + 30].RiverM.ShouldBeGreaterThan(week[wettest - 1].RiverM);
    }

    [Fact]
    public void Next_SameSeed_GivesTheSameWeather() =>
        Run(new StationWeather(0, 0, new Random(5)), TimeSpan.FromSeconds(5), 100).ShouldBe(Run(new StationWeather(0, 0, new Random(5)), TimeSpan.FromSeconds(5), 100));

    private static List<Observation> Run(StationWeather station, TimeSpan step, int count) =>
        [.. Enumerable.Range(0, count).Select(i => station.Next(step, Noon + (i * step)))];
}
