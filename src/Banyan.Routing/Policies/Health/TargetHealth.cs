namespace Banyan.Routing.Policies.Health;

/// <summary>How a target that was lost gets its clients back.</summary>
public sealed record HealthDamping
{
    /// <summary>A target that came back takes all of its share after this long; before, a part that grows with time.</summary>
    public TimeSpan RampTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The part that it begins with, above 0 and up to 1.</summary>
    public double FirstPart { get; init; } = 0.1;

    /// <summary>So many losses within <see cref="FlapWindow"/>, and it is taken for one that flaps.</summary>
    public int FlapLosses { get; init; } = 3;

    /// <summary>See <see cref="FlapLosses"/>.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>One that flaps must be well for so long before it is trusted; doubles with each further loss, 16 times at most.</summary>
    public TimeSpan Quarantine { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>
/// What to make of a target that is seen well or lost, over time. Pure: state, what is seen and the time in, state out.
/// A loss counts at once; a return is damped.
/// </summary>
/// <param name="SeenWell">What was seen last.</param>
/// <param name="Since">Since when that is seen.</param>
/// <param name="RampsFrom">When it began to take clients again; null: it never was lost, so it takes all.</param>
/// <param name="Losses">How often it was lost in the window that began at <paramref name="WindowFrom"/>.</param>
/// <param name="WindowFrom">When that window began.</param>
public readonly record struct TargetHealth(bool SeenWell, DateTimeOffset Since, DateTimeOffset? RampsFrom, int Losses, DateTimeOffset WindowFrom)
{
    private const int MostDoublings = 4;

    /// <summary>A target at the beginning: what is seen counts.</summary>
    public static TargetHealth Begin(bool well, DateTimeOffset now) => new(well, now, RampsFrom: null, Losses: 0, now);

    /// <summary>The next state.</summary>
    public TargetHealth Next(bool well, DateTimeOffset now, HealthDamping damping)
    {
        if (well == SeenWell)
            return this;
        // At the beginning it was only not seen yet; that is no loss to come back from.
        if (well && Losses == 0)
            return Begin(well: true, now);
        if (well)
            return this with { SeenWell = true, Since = now, RampsFrom = now + QuarantineOf(damping) };
        var fresh = now - WindowFrom > damping.FlapWindow;
        return this with { SeenWell = false, Since = now, Losses = fresh ? 1 : Losses + 1, WindowFrom = fresh ? now : WindowFrom };
    }

    /// <summary>What policies are told about it.</summary>
    public TargetFacts FactsAt(DateTimeOffset now, HealthDamping damping)
    {
        if (!SeenWell)
            return TargetFacts.Lost;
        if (RampsFrom is not { } from)
            return TargetFacts.AllOfIt;
        if (now < from)
            return TargetFacts.Lost;
        var part = damping.RampTime <= TimeSpan.Zero ? 1 : Math.Min(1, (now - from) / damping.RampTime);
        return new TargetFacts(true, damping.FirstPart + ((1 - damping.FirstPart) * part));
    }

    private TimeSpan QuarantineOf(HealthDamping damping) =>
        Losses < damping.FlapLosses ? TimeSpan.Zero : damping.Quarantine * (1 << Math.Min(Losses - damping.FlapLosses, MostDoublings));
}
