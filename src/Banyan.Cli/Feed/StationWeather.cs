namespace Banyan.Cli.Feed;

/// <summary>
/// The weather at one made-up station: plausible, not true. Temperature follows the sun and the latitude, showers come
/// and go, the river answers to rain after a while, wind wanders about its mean. Not thread-safe.
/// </summary>
/// <param name="latitude">Degrees, WGS 84.</param>
/// <param name="longitude">Degrees, WGS 84.</param>
/// <param name="random">Where its moods come from; the same seed gives the same weather.</param>
internal sealed class StationWeather(double latitude, double longitude, Random random)
{
    /// <summary>The river in dry weather, in metres.</summary>
    public const double LowWater = 1.2;

    private const double MeanWind = 3.5;

    private double _rainPerHour;
    private double _soaked;
    private double _wind = MeanWind;
    private double _gustiness = 0.5;

    /// <summary>The weather a moment later.</summary>
    /// <param name="passed">Since the last time; more than zero.</param>
    /// <param name="now">The time, for the sun.</param>
    public Observation Next(TimeSpan passed, DateTimeOffset now)
    {
        var hours = passed.TotalHours;

        // A shower begins every six hours or so and fades by half in twenty minutes.
        if (random.NextDouble() < hours / 6)
            _rainPerHour += 4 + (random.NextDouble() * random.NextDouble() * 60);
        _rainPerHour *= Math.Pow(0.5, hours * 3);
        var rain = _rainPerHour < 0.05 ? 0 : _rainPerHour * hours * (0.8 + (random.NextDouble() * 0.4));

        // What fell drains into the river and off with it, by half in three hours.
        _soaked = (_soaked * Math.Pow(0.5, hours / 3)) + rain;
        var settling = Math.Pow(0.5, hours * 6);
        _gustiness = (_gustiness * settling) + (random.NextDouble() * (1 - settling));
        _wind = Math.Max(0, (_wind * settling) + ((MeanWind + ((_gustiness - 0.5) * 6) + (_rainPerHour * 0.1)) * (1 - settling)));

        return new Observation(Math.Round(rain, 3), Math.Round(Temperature(now) - Math.Min(4, _rainPerHour * 0.2), 2), Math.Round(_wind, 2), Math.Round(LowWater + (Math.Sqrt(_soaked) * 0.45), 3));
    }

    /// <summary>Warmest in mid-afternoon by the sun, cooler away from the equator, with the hemisphere's seasons.</summary>
    private double Temperature(DateTimeOffset now)
    {
        var sunHour = (now.UtcDateTime.TimeOfDay.TotalHours + (longitude / 15) + 24) % 24;
        var season = Math.Cos((now.DayOfYear - 200) / 365.25 * 2 * Math.PI) * Math.Min(12, Math.Abs(latitude) * 0.3) * (latitude < 0 ? -1 : 1);
        return 28 - (Math.Abs(latitude) * 0.25) + season + (Math.Cos((sunHour - 15) / 24 * 2 * Math.PI) * 5) + (random.NextDouble() * 0.3);
    }
}

/// <summary>What a station sees.</summary>
/// <param name="RainMm">Rain since the last observation, in millimetres.</param>
/// <param name="TemperatureC">In degrees Celsius.</param>
/// <param name="WindMs">In metres per second.</param>
/// <param name="RiverM">Level of the river, in metres.</param>
internal readonly record struct Observation(double RainMm, double TemperatureC, double WindMs, double RiverM);
