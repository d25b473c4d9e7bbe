using System.Globalization;

namespace Banyan.Bench.Running;

/// <summary>A measured figure beside its peer's of the same run.</summary>
internal sealed record Figure
{
    /// <summary>Stable; figures are compared by it over time.</summary>
    public required string Name { get; init; }

    public required double Ours { get; init; }

    public required string Unit { get; init; }

    /// <summary>The peer's figure of this run; null where there is no peer.</summary>
    public double? Peer { get; init; }

    /// <summary>The peer's name.</summary>
    public string? PeerName { get; init; }

    /// <summary>Ours by the peer's.</summary>
    public double? Ratio => Peer is > 0 ? Ours / Peer : null;

    /// <summary>The least ratio that is aimed at.</summary>
    public double? LeastRatio { get; init; }

    /// <summary>The most that ours may be.</summary>
    public double? Most { get; init; }

    /// <summary>Whatever else was seen, such as percentiles.</summary>
    public string? Note { get; init; }

    /// <summary>Null where nothing is aimed at, or there is nothing to compare with.</summary>
    public bool? Holds => LeastRatio is { } least ? (Ratio is { } ratio ? ratio >= least : null) : Most is { } most ? Ours <= most : null;

    /// <summary>The aim in words.</summary>
    public string Aim => LeastRatio is { } least ? $"ratio>={Number(least)}" : Most is { } most ? $"<={Number(most)}{Unit}" : "-";

    public override string ToString() =>
        $"FIGURE {Name} ours={Number(Ours)}{Unit}" + (Peer is { } peer ? $" peer={Number(peer)}{Unit} ({PeerName}) ratio={Number(Ratio ?? 0)}" : PeerName is null ? "" : $" peer=missing ({PeerName})")
        + $" aim={Aim}{(Holds is { } holds ? holds ? " holds" : " MISSED" : "")}{(Note is null ? "" : $" {Note}")}";

    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("0.###", CultureInfo.InvariantCulture),
    };
}
