using Banyan.Cells.Describing;
using Banyan.Services.Climate.Queries;

namespace Banyan.Services.Climate.Rules;

/// <summary>
/// What the JSON of a rule must be like, as it is described and checked before <see cref="RuleValidator"/>, which alone knows how its
/// members go together. By <see cref="RuleJson"/>, null stands for a member that is left out, and others are refused.
/// </summary>
internal static class RuleShape
{
    /// <summary>The longest body, and so the longest text.</summary>
    public const int MaxText = 64 << 10;

    private static readonly JsonShape Free = JsonShape.Text(MaxText).OrNull();

    private static readonly JsonShape Duration = JsonShape.Text(MaxText) with { Pattern = QueryParameters.Duration };

    private static readonly JsonShape Area = JsonShape.Object(("description", JsonShape.Text(MaxText, 1)), ("circle?", Free), ("polygon?", Free)).WithoutOthers();

    private static readonly JsonShape Alert = JsonShape.Object(
        ("event", JsonShape.Text(RuleValidator.MaxText, 1)),
        ("category", JsonShape.Word(RuleValidator.Categories)),
        ("urgency", JsonShape.Word(RuleValidator.Urgencies)),
        ("severity", JsonShape.Word(RuleValidator.Severities)),
        ("certainty", JsonShape.Word(RuleValidator.Certainties)),
        ("headline?", JsonShape.Text(RuleValidator.MaxText).OrNull()),
        ("description?", JsonShape.Text(RuleValidator.MaxText).OrNull()),
        ("instruction?", JsonShape.Text(RuleValidator.MaxText).OrNull()),
        ("expires?", Duration.OrNull()),
        ("area?", Area.OrNull())).WithoutOthers();

    /// <summary>A rule.</summary>
    public static readonly JsonShape Rule = JsonShape.Object(
        ("bucket?", Free),
        ("measurement", JsonShape.Text(MaxText, 1)),
        ("field", JsonShape.Text(MaxText, 1)),
        ("tags?", JsonShape.Map(JsonShape.Text(MaxText, 1), MaxText).OrNull()),
        ("function", JsonShape.Word([.. AggregateFunctions.All])),
        ("window", Duration),
        ("comparison", JsonShape.Word(RuleValidator.Comparisons)),
        ("threshold", JsonShape.Number()),
        ("rearm?", JsonShape.Number().OrNull()),
        ("alert", Alert)).WithoutOthers();
}
