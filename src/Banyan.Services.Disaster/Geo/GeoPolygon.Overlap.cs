namespace Banyan.Services.Disaster.Geo;

/// <summary>Polygons that meet other shapes.</summary>
internal sealed partial class GeoPolygon
{
    /// <summary>Edges are measured in pieces of this many degrees, each taken for a great circle.</summary>
    private const double PieceDegrees = 1;

    internal bool Meets(GeoPolygon other)
    {
        if (Contains(other.Points[0]) || other.Contains(Points[0]))
            return true;
        foreach (var a in _edges)
        {
            foreach (var b in other._edges)
            {
                if (Cross(a, b, other.Start - Start))
                    return true;
            }
        }

        return false;
    }

    internal bool Meets(GeoCircle circle)
    {
        if (Contains(circle.Center))
            return true;
        foreach (var edge in _edges)
        {
            if (DistanceKm(circle.Center, edge) <= circle.RadiusKm + GeoCircle.SlackKm)
                return true;
        }

        return false;
    }

    private static double DistanceKm(GeoPoint point, Edge edge)
    {
        var height = edge.To.Latitude - edge.From.Latitude;
        var pieces = (int)Math.Ceiling(Math.Max(1, Math.Max(Math.Abs(edge.Turn), Math.Abs(height)) / PieceDegrees));
        var nearest = double.MaxValue;
        var from = edge.From;
        for (var i = 1; i <= pieces; i++)
        {
            var part = (double)i / pieces;
            var to = new GeoPoint(edge.From.Latitude + (height * part), edge.From.Longitude + (edge.Turn * part));
            nearest = Math.Min(nearest, Sphere.DistanceToArcKm(point, from, to));
            from = to;
        }

        return nearest;
    }

    /// <summary>Whether two edges have a point in common, on a plane of longitude and latitude, in any of the turns that bring them together.</summary>
    private static bool Cross(Edge a, Edge b, double startOffset)
    {
        if (Math.Max(a.From.Latitude, a.To.Latitude) < Math.Min(b.From.Latitude, b.To.Latitude) || Math.Max(b.From.Latitude, b.To.Latitude) < Math.Min(a.From.Latitude, a.To.Latitude))
            return false;
        var (aWest, aEast) = (Math.Min(a.FromX, a.FromX + a.Turn), Math.Max(a.FromX, a.FromX + a.Turn));
        var bFrom = b.FromX + startOffset;
        var (bWest, bEast) = (Math.Min(bFrom, bFrom + b.Turn), Math.Max(bFrom, bFrom + b.Turn));
        for (var turn = Math.Ceiling((aWest - bEast) / 360) * 360; bWest + turn <= aEast; turn += 360)
        {
            if (Cross(a.FromX, a.From.Latitude, a.FromX + a.Turn, a.To.Latitude, bFrom + turn, b.From.Latitude, bFrom + turn + b.Turn, b.To.Latitude))
                return true;
        }

        return false;
    }

    private static bool Cross(double ax, double ay, double bx, double by, double cx, double cy, double dx, double dy)
    {
        int abc = Side(ax, ay, bx, by, cx, cy), abd = Side(ax, ay, bx, by, dx, dy), cda = Side(cx, cy, dx, dy, ax, ay), cdb = Side(cx, cy, dx, dy, bx, by);
        if (abc * abd < 0 && cda * cdb < 0)
            return true;
        return (abc == 0 && Between(ax, ay, bx, by, cx, cy)) || (abd == 0 && Between(ax, ay, bx, by, dx, dy))
            || (cda == 0 && Between(cx, cy, dx, dy, ax, ay)) || (cdb == 0 && Between(cx, cy, dx, dy, bx, by));
    }

    private static int Side(double ax, double ay, double bx, double by, double px, double py)
    {
        var cross = ((bx - ax) * (py - ay)) - ((by - ay) * (px - ax));
        return Math.Abs(cross) <= Slack ? 0 : Math.Sign(cross);
    }

    private static bool Between(double ax, double ay, double bx, double by, double px, double py) =>
        px >= Math.Min(ax, bx) - Slack && px <= Math.Max(ax, bx) + Slack && py >= Math.Min(ay, by) - Slack && py <= Math.Max(ay, by) + Slack;
}
