namespace Banyan.Blueprints.Quantities;

/// <summary>A value that people write with its unit, such as <c>15m</c> or <c>100PB</c>. Parsing never throws; <c>ToString</c> writes text that parses back to an equal value.</summary>
/// <typeparam name="TSelf">The quantity itself.</typeparam>
public interface IQuantity<TSelf> where TSelf : IQuantity<TSelf>
{
    /// <summary>What the quantity is called, an example of it and the pattern of its text.</summary>
    static abstract QuantityKind Kind { get; }

    /// <summary>Reads the text that a person wrote.</summary>
    /// <returns>Null and the value, or what is wrong with the text.</returns>
    static abstract QuantityError? Parse(string text, out TSelf value);
}
