using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.Queries;

namespace Banyan.Services.Climate.Rules;

/// <summary>How a value is compared.</summary>
internal enum RuleComparison
{
    Above,
    AtLeast,
    Below,
    AtMost,
}

/// <summary>A rule that was checked. Immutable.</summary>
internal sealed record Rule
{
    public required string Name { get; init; }

    /// <summary>Grows with each change.</summary>
    public required long Version { get; init; }

    /// <summary>As it was written.</summary>
    public required RuleDefinition Definition { get; init; }

    public required string Measurement { get; init; }

    public required string Field { get; init; }

    public required AggregateFunction Function { get; init; }

    /// <summary>Nanoseconds.</summary>
    public required long Window { get; init; }

    public required RuleComparison Comparison { get; init; }

    public required double Threshold { get; init; }

    public required double Rearm { get; init; }

    /// <summary>How long its alerts hold; null where they say nothing.</summary>
    public required TimeSpan? Expires { get; init; }

    /// <summary>Tags that a series must have.</summary>
    public IReadOnlyDictionary<string, string> Tags => Definition.Tags ?? System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

    /// <summary>Which series it watches.</summary>
    public SeriesFilter Filter => new(Definition.Bucket, Measurement, Tags);

    /// <summary>Whether it watches a series.</summary>
    public bool Watches(string bucket, Series series)
    {
        if (series.Measurement.Name != Measurement || (Definition.Bucket is { } wanted && wanted != bucket))
            return false;
        if (Tags.Count == 0)
            return true;
        var tags = SeriesKey.Tags(series.Key);
        return Tags.All(t => tags.Contains(t));
    }

    /// <summary>Whether a value is over the threshold, or under it where the rule asks for that.</summary>
    public bool Holds(double value) => Comparison switch
    {
        RuleComparison.Above => value > Threshold,
        RuleComparison.AtLeast => value >= Threshold,
        RuleComparison.Below => value < Threshold,
        _ => value <= Threshold,
    };

    /// <summary>Whether a value is back far enough for the rule to fire again: it no longer holds, and reached <see cref="Rearm"/>.</summary>
    public bool Rearms(double value) => !Holds(value) && (Comparison is RuleComparison.Above or RuleComparison.AtLeast ? value <= Rearm : value >= Rearm);

    /// <summary>Whether both ask the same of the same readings; if so, what has fired stays fired when one takes the other's place.</summary>
    public bool AsksTheSame(Rule other) =>
        (Definition.Bucket, Measurement, Field, Function, Window, Comparison, Threshold, Rearm)
        == (other.Definition.Bucket, other.Measurement, other.Field, other.Function, other.Window, other.Comparison, other.Threshold, other.Rearm)
        && Tags.Count == other.Tags.Count && !Tags.Except(other.Tags).Any();
}
