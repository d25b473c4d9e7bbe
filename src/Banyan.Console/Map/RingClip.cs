namespace Banyan.Console.Map;

/// <summary>Cuts a ring to a box (Sutherland and Hodgman), so that a page does not carry the coast of Siberia to show Kenya.</summary>
internal static class RingClip
{
    public static IReadOnlyList<LonLat> Clip(IReadOnlyList<LonLat> ring, GeoBox box)
    {
        ring = Cut(ring, p => p.Longitude - box.West);
        ring = Cut(ring, p => box.East - p.Longitude);
        ring = Cut(ring, p => p.Latitude - box.South);
        return Cut(ring, p => box.North - p.Latitude);
    }

    /// <param name="inside">Distance to the edge in degrees; below zero outside.</param>
    private static IReadOnlyList<LonLat> Cut(IReadOnlyList<LonLat> ring, Func<LonLat, double> inside)
    {
        if (ring.Count == 0 || ring.All(p => inside(p) >= 0))
            return ring;
        var kept = new List<LonLat>(ring.Count);
        var before = ring[^1];
        foreach (var point in ring)
        {
            var (a, b) = (inside(before), inside(point));
            if (a >= 0 != b >= 0)
            {
                var t = a / (a - b);
                kept.Add(new LonLat(before.Longitude + ((point.Longitude - before.Longitude) * t), before.Latitude + ((point.Latitude - before.Latitude) * t)));
            }

            if (b >= 0)
                kept.Add(point);
            before = point;
        }

        return kept;
    }
}
