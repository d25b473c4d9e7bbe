using System.Globalization;
using System.Text;
using Banyan.Control.Platform;

namespace Banyan.Cli.Feed;

/// <summary>A made-up station of a region, and what it sends in line protocol. Not thread-safe.</summary>
internal sealed class FeedStation
{
    /// <summary>Stations in each region.</summary>
    public const int PerRegion = 3;

    private readonly string _tags;
    private readonly StationWeather _weather;

    private FeedStation(string name, string region, string? place, StationWeather weather)
    {
        _tags = $"station={Escape(name)},region={Escape(region)}{(string.IsNullOrWhiteSpace(place) ? "" : $",place={Escape(place)}")}";
        _weather = weather;
    }

    /// <summary>The stations of a region, around its place.</summary>
    /// <param name="region">The region; where it has no coordinates the stations stand at the equator.</param>
    /// <param name="random">Where the weather comes from.</param>
    public static FeedStation[] Around(RegionState region, Random random)
    {
        var stations = new FeedStation[PerRegion];
        for (var i = 0; i < PerRegion; i++)
        {
            var weather = new StationWeather((region.Latitude ?? 0) + ((i - 1) * 0.2), (region.Longitude ?? 0) + ((i - 1) * 0.3), random);
            stations[i] = new FeedStation(string.Create(CultureInfo.InvariantCulture, $"{region.Name}-{i + 1}"), region.Name, region.Place, weather);
        }

        return stations;
    }

    /// <summary>Adds what it sees now: weather and river, one line each, with the time in milliseconds.</summary>
    public void Append(StringBuilder lines, TimeSpan passed, DateTimeOffset now)
    {
        var seen = _weather.Next(passed, now);
        var time = now.ToUnixTimeMilliseconds();
        lines.Append(CultureInfo.InvariantCulture, $"weather,{_tags} rain_mm={seen.RainMm},temperature_c={seen.TemperatureC},wind_ms={seen.WindMs} {time}\n");
        lines.Append(CultureInfo.InvariantCulture, $"river,{_tags} level_m={seen.RiverM} {time}\n");
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal).Replace(" ", "\\ ", StringComparison.Ordinal);
}
