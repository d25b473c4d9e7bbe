using System.Collections.Immutable;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>How traffic moves from one branch to another, step by step: a canary, or blue to green. Immutable.</summary>
public sealed record ShiftPlan
{
    /// <summary>Where all of it goes at first.</summary>
    public required string From { get; init; }

    /// <summary>Where all of it goes in the end.</summary>
    public required string To { get; init; }

    /// <summary>The parts of the clients of <see cref="From"/> that <see cref="To"/> gets, in percent: growing, above 0, the last one 100.</summary>
    public ImmutableArray<double> Steps { get; init; } = [1, 10, 50, 100];

    /// <summary>How long each step is watched at least.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many requests <see cref="To"/> must have had in a step before it is judged at all.</summary>
    public long LeastRequests { get; init; } = 200;

    /// <summary>A part of failed requests that is acceptable whatever the other side does, 0 to 1.</summary>
    public double AcceptedErrors { get; init; } = 0.01;

    /// <summary>How many standard errors count as proof; 3.09 is wrong once in a thousand looks.</summary>
    public double Sureness { get; init; } = 3.09;

    /// <summary>Longer than this no step takes: then it goes back, because what nobody uses can't be proven.</summary>
    public TimeSpan LongestStep { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The way back, by the same steps.</summary>
    public ShiftPlan Reversed() => this with { From = To, To = From };

    /// <summary>What is wrong with it, one line each.</summary>
    public IEnumerable<string> FindProblems()
    {
        if (From == To)
            yield return $"a shift from '{From}' to itself";
        if (Steps.IsDefaultOrEmpty || Steps[^1] != 100 || Steps[0] <= 0 || Steps.Zip(Steps.Skip(1)).Any(static s => s.First >= s.Second))
            yield return "the steps of a shift grow, from above 0 to 100 percent";
        if (Window < TimeSpan.Zero || LongestStep < Window)
            yield return "a step's longest time must not be shorter than its window";
        if (LeastRequests < 1 || !(AcceptedErrors is >= 0 and <= 1) || !(Sureness > 0))
            yield return "a shift needs at least one request, accepted errors from 0 to 1, and a sureness above 0";
    }
}

/// <summary>Requests that one side had since the shift began. Only grows.</summary>
/// <param name="Requests">All of them.</param>
/// <param name="Errors">Those that failed by the side's own fault.</param>
public readonly record struct SideCount(long Requests, long Errors)
{
    /// <summary>What came since.</summary>
    public SideCount Since(SideCount before) => new(Math.Max(0, Requests - before.Requests), Math.Max(0, Errors - before.Errors));
}
