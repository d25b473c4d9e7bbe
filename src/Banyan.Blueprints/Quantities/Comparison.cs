namespace Banyan.Blueprints.Quantities;

/// <summary>How a measured value is held against a threshold.</summary>
public enum Comparison
{
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
}
