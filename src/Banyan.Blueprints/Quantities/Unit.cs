namespace Banyan.Blueprints.Quantities;

/// <summary>A unit of a quantity.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Factor">How many base units it is.</param>
/// <param name="Words">What people write by mistake, for suggestions: <c>minute minutes min</c>.</param>
/// <param name="Hidden">Read, but never written.</param>
internal sealed record Unit(string Text, decimal Factor, string Words = "", bool Hidden = false)
{
    /// <summary>The factors of K to E, in steps of a thousand.</summary>
    public static IReadOnlyList<Unit> Scales { get; } =
    [
        new("", 1), new("K", 1e3m, "thousand k"), new("k", 1e3m, Hidden: true), new("M", 1e6m, "million mio mn m"), new("G", 1e9m, "billion bn B"), new("T", 1e12m, "trillion"), new("P", 1e15m), new("E", 1e18m),
    ];

    /// <summary>Every scale before a unit: K, M, G … of <paramref name="unit"/>.</summary>
    public static IReadOnlyList<Unit> Scaled(string unit, string words = "") =>
        [.. Scales.Select(s => new Unit(s.Text + unit, s.Factor, s.Text.Length == 0 ? words : "", s.Hidden))];
}
