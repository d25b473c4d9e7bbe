namespace Banyan.Control.Drills;

/// <summary>What is to be drilled. Immutable.</summary>
public sealed record DrillOptions
{
    /// <summary>The longest that something may stay broken.</summary>
    public const int MaxSeconds = 600;

    /// <summary>The most requests a second.</summary>
    public const int MaxRate = 20_000;

    public required Scenario Scenario { get; init; }

    /// <summary>The region whose residents the clients are.</summary>
    public required string Region { get; init; }

    /// <summary>How long it stays broken, in seconds.</summary>
    public required int Seconds { get; init; }

    /// <summary>Requests a second, all clients together.</summary>
    public int Rate { get; init; } = 200;

    /// <summary>Drill though the platform is not healthy.</summary>
    public bool Force { get; init; }
}

/// <summary>Hears of a drill while it runs. Called from any thread, one call at a time.</summary>
public interface IDrillObserver
{
    /// <summary>What is done now, in a few words.</summary>
    void Phase(string what);

    /// <summary>Something happened.</summary>
    /// <param name="step">In a few words.</param>
    /// <param name="since">Since it was broken.</param>
    /// <param name="detail">More about it.</param>
    void Step(string step, TimeSpan since, string? detail);

    /// <summary>How the clients are, about once a second.</summary>
    /// <param name="acknowledged">Changes so far.</param>
    /// <param name="quiet">Since the last one.</param>
    void Clients(int acknowledged, TimeSpan quiet);
}
