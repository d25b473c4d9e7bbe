using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Banyan.Services.Disaster.Geo;

/// <summary>
/// A closed ring of points. Its edges are straight in latitude and longitude, as maps draw them, and take the shorter
/// way around the Earth: an edge from 179 to -179 crosses the antimeridian; one of exactly 180 degrees does not, and one
/// from -180 to 180 is the whole parallel. A ring that goes once around the Earth holds the pole on whose side its points
/// lie on average. Edges may cross; a point enclosed twice is outside (even-odd rule).
/// </summary>
internal sealed partial class GeoPolygon : Shape
{
    /// <summary>A tenth of a millimetre, in degrees.</summary>
    private const double Slack = 1e-9;

    /// <summary>The box is a centimetre larger than the ring, more than its sums can be off.</summary>
    private const double BoxSlack = 1e-7;

    private readonly Edge[] _edges;
    private readonly int _pole;

    /// <summary>Makes a polygon; the last point must be the first again.</summary>
    public GeoPolygon(ImmutableArray<GeoPoint> ring)
    {
        if (ring.Length < 4 || ring[0] != ring[^1])
            throw new ArgumentException("A polygon has at least four points, the last equal to the first.", nameof(ring));
        _edges = new Edge[ring.Length - 1];
        double x = 0, west = 0, east = 0, south = 90, north = -90, sum = 0;
        for (var i = 0; i < _edges.Length; i++)
        {
            _edges[i] = new Edge(ring[i], ring[i + 1], x);
            x += _edges[i].Turn;
            (west, east) = (Math.Min(west, x), Math.Max(east, x));
            (south, north) = (Math.Min(south, ring[i].Latitude), Math.Max(north, ring[i].Latitude));
            sum += ring[i].Latitude;
        }

        // The turns of a ring add up to nothing, or to the whole circle once.
        _pole = Math.Abs(x) < 180 ? 0 : sum < 0 ? -1 : 1;
        Start = ring[0].Longitude;
        Points = ring;
        Box = _pole == 0
            ? GeoBox.Create(south - BoxSlack, Start + west - BoxSlack, north + BoxSlack, Start + east + BoxSlack)
            : GeoBox.Create(_pole < 0 ? -90 : south - BoxSlack, -180, _pole > 0 ? 90 : north + BoxSlack, 180);
    }

    public ImmutableArray<GeoPoint> Points { get; }

    /// <inheritdoc/>
    public override GeoBox Box { get; }

    private double Start { get; }

    /// <inheritdoc/>
    public override bool Contains(GeoPoint point)
    {
        if (!Box.Contains(point))
            return false;
        if (Math.Abs(point.Latitude) >= 90)
            return _pole == Math.Sign(point.Latitude) || Points.Any(p => p.Latitude == point.Latitude);
        // A ray along the meridian to the south pole: each edge that it meets changes sides.
        var inside = _pole < 0;
        foreach (var edge in _edges)
        {
            if (edge.Touches(point))
                return true;
            if (edge.IsBelow(point))
                inside = !inside;
        }

        return inside;
    }

    /// <summary>An edge, from its western to its eastern end.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct Edge
    {
        private readonly double _west;
        private readonly double _width;
        private readonly double _westLatitude;
        private readonly double _eastLatitude;

        public Edge(GeoPoint from, GeoPoint to, double x)
        {
            FromX = x;
            From = from;
            To = to;
            var raw = to.Longitude - from.Longitude;
            Turn = Math.Abs(raw) is <= 180 or 360 ? raw : raw - Math.CopySign(360, raw);
            var (west, east) = Turn >= 0 ? (from, to) : (to, from);
            (_westLatitude, _eastLatitude) = (west.Latitude, east.Latitude);
            _west = Normalize(west.Longitude);
            // By the same arithmetic as a point's offset below, so that a point at a vertex meets one of its two edges.
            _width = Math.Abs(raw) == 360 ? 360 : Offset(east.Longitude, _west);
        }

        public GeoPoint From { get; }

        public GeoPoint To { get; }

        /// <summary>Degrees to the east, negative to the west.</summary>
        public double Turn { get; }

        /// <summary>Where it begins, in degrees east of the ring's first point, unwrapped.</summary>
        public double FromX { get; }

        /// <summary>Whether the edge crosses the point's meridian south of it. The western end belongs to the edge, the eastern doesn't.</summary>
        public bool IsBelow(GeoPoint point)
        {
            var offset = Offset(point.Longitude, _west);
            return offset < _width && _westLatitude + ((_eastLatitude - _westLatitude) * (offset / _width)) < point.Latitude;
        }

        public bool Touches(GeoPoint point)
        {
            var offset = Offset(point.Longitude, _west);
            return IsNear(offset, point.Latitude) || IsNear(offset - 360, point.Latitude);
        }

        private bool IsNear(double x, double latitude)
        {
            if (x < -Slack || x > _width + Slack)
                return false;
            var height = _eastLatitude - _westLatitude;
            var square = (_width * _width) + (height * height);
            var along = square == 0 ? 0 : Math.Clamp(((x * _width) + ((latitude - _westLatitude) * height)) / square, 0, 1);
            var (dx, dy) = (x - (along * _width), latitude - _westLatitude - (along * height));
            return (dx * dx) + (dy * dy) <= Slack * Slack;
        }

        private static double Normalize(double longitude) => longitude >= 180 ? longitude - 360 : longitude;

        private static double Offset(double longitude, double west)
        {
            var offset = Normalize(longitude) - west;
            return offset < 0 ? offset + 360 : offset;
        }
    }
}
