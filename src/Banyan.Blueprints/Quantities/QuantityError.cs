namespace Banyan.Blueprints.Quantities;

/// <summary>Why a text is not a quantity, and what to write instead.</summary>
/// <param name="Message">Such as <c>'15 minuts' is not a duration</c>.</param>
/// <param name="Hint">Such as <c>write 15m</c>.</param>
public sealed record QuantityError(string Message, string Hint)
{
    public override string ToString() => $"{Message}; {Hint}";
}
