using Banyan.Cells.Describing;

namespace Banyan.Services.Climate.Queries;

/// <summary>The parameters that <see cref="QueryReader"/> reads, as they are described and checked before it. Tags (<c>tag.KEY</c>) are not among them: any may be asked for.</summary>
internal static class QueryParameters
{
    /// <summary>A duration with a unit, as <see cref="Durations"/> reads them.</summary>
    public static readonly TextPattern Duration = new("(?:[0-9]+(?:w|d|h|m|s|ms|us|µs|ns))+", "a duration such as 15m, 1h or 1d");

    // No tighter than Timestamps, which says what days a month has.
    private static readonly TextPattern Time = new("now(?:-[0-9a-zµ]+)?|[-+]?[0-9][-+0-9:.TZ]*", "a time such as 2026-03-01T12:00:00Z, nanoseconds since 1970, now, or now-1h");

    private static readonly TextPattern FillText = new(@"none|null|previous|\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*", "none, null, previous or a number");

    public static readonly QueryParameter Bucket = new("bucket", QueryType.Text);
    public static readonly QueryParameter Measurement = new("measurement", QueryType.Text);
    public static readonly QueryParameter OneMeasurement = Measurement with { Required = true };
    public static readonly QueryParameter Field = new("field", QueryType.Text);
    public static readonly QueryParameter OneField = Field with { Required = true };
    public static readonly QueryParameter From = new("from", QueryType.Text) { Pattern = Time };
    public static readonly QueryParameter To = new("to", QueryType.Text) { Pattern = Time };
    public static readonly QueryParameter Every = new("every", QueryType.Text) { Pattern = Duration };
    public static readonly QueryParameter Function = new("fn", QueryType.Text) { OneOf = [.. AggregateFunctions.All] };
    public static readonly QueryParameter Fill = new("fill", QueryType.Text) { Pattern = FillText };
    public static readonly QueryParameter After = new("after", QueryType.Integer);
    public static readonly QueryParameter Format = new("format", QueryType.Text) { OneOf = ["json", "line"] };

    public static QueryParameter Limit(int most) => new("limit", QueryType.Integer) { Least = 1, Most = most };
}
