using Banyan.Routing.Entry;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry;

internal static class Points
{
    public static Gen<GeoPoint> Any { get; } =
        from latitude in Gen.Choose(-90_000, 90_000)
        from longitude in Gen.Choose(-180_000, 180_000)
        select new GeoPoint(latitude / 1000d, longitude / 1000d);

    public static Gen<(GeoPoint A, GeoPoint B)> Pair { get; } =
        from a in Any
        from b in Any
        select (a, b);
}
