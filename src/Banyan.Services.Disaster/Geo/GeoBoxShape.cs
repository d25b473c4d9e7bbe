namespace Banyan.Services.Disaster.Geo;

/// <summary>A box as a shape. Against another shape only the boxes are compared, so it MAY overlap a shape that it does not touch, never the other way round.</summary>
internal sealed class GeoBoxShape(GeoBox box) : Shape
{
    /// <inheritdoc/>
    public override GeoBox Box { get; } = box;

    /// <inheritdoc/>
    public override bool Contains(GeoPoint point) => Box.Contains(point);
}
