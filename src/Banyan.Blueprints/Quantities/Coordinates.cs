using System.Globalization;

namespace Banyan.Blueprints.Quantities;

/// <summary>A point on the earth, WGS 84, written as latitude and longitude: <c>-1.2921 36.8219</c>, or as a list of two numbers.</summary>
/// <param name="Latitude">Degrees, −90 to 90; north is positive.</param>
/// <param name="Longitude">Degrees, −180 to 180; east is positive.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct Coordinates(double Latitude, double Longitude) : IQuantity<Coordinates>
{
    private const string Degrees = @"[-+]?(?:\d+\.?\d*|\.\d+)";

    private const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;

    public static QuantityKind Kind { get; } = new("coordinates", "-1.2921 36.8219", $"[ ,]*{Degrees}[ ,]+{Degrees}[ ,]*", "latitude and longitude in degrees");

    public static QuantityError? Parse(string text, out Coordinates value)
    {
        value = default;
        var parts = text.Trim().Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        if (text.Length > QuantityText.MaxLength || parts.Length != 2)
            return new($"'{QuantityText.Shorten(text)}' are not coordinates", "write latitude and longitude, for instance -1.2921 36.8219");
        if (!double.TryParse(parts[0], Style, CultureInfo.InvariantCulture, out var latitude) || !double.TryParse(parts[1], Style, CultureInfo.InvariantCulture, out var longitude))
            return new($"'{QuantityText.Shorten(text)}' are not coordinates", "write degrees as decimals, for instance -1.2921 36.8219");
        if (!(Math.Abs(latitude) <= 90))
            return new($"'{parts[0]}' is not a latitude", Math.Abs(longitude) <= 90 ? "latitude comes first; it lies between -90 and 90" : "a latitude lies between -90 and 90");
        if (!(Math.Abs(longitude) <= 180))
            return new($"'{parts[1]}' is not a longitude", "a longitude lies between -180 and 180");
        value = new(latitude, longitude);
        return null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Latitude:0.###############} {Longitude:0.###############}");
}
