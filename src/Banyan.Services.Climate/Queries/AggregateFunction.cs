using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Rollups;

namespace Banyan.Services.Climate.Queries;

/// <summary>What is asked of the values of a span.</summary>
internal enum AggregateFunction
{
    Mean,
    Sum,
    Min,
    Max,
    Count,
    First,
    Last,
}

/// <summary>Names and values of functions.</summary>
internal static class AggregateFunctions
{
    /// <summary>The names, as they are written.</summary>
    public const string Names = "mean, sum, min, max, count, first, last";

    /// <summary>Each of them.</summary>
    public static IReadOnlyList<string> All { get; } = Names.Split(", ");

    /// <summary>Reads a name.</summary>
    public static bool TryParse(string text, out AggregateFunction function) =>
        Enum.TryParse(text, ignoreCase: true, out function) && Enum.IsDefined(function) && !char.IsAsciiDigit(text[0]) && text == text.ToLowerInvariant();

    /// <summary>The value as a double; of a span that has values.</summary>
    public static double Of(this AggregateFunction function, FieldKind kind, in Aggregate span) => function switch
    {
        AggregateFunction.Mean => span.Sum / span.Count,
        AggregateFunction.Sum => span.Sum,
        AggregateFunction.Min => Aggregate.ToDouble(kind, span.Min),
        AggregateFunction.Max => Aggregate.ToDouble(kind, span.Max),
        AggregateFunction.First => Aggregate.ToDouble(kind, span.First),
        AggregateFunction.Last => Aggregate.ToDouble(kind, span.Last),
        _ => span.Count,
    };
}
