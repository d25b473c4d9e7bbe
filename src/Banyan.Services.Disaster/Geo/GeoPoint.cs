using System.Runtime.InteropServices;

namespace Banyan.Services.Disaster.Geo;

/// <summary>A point of WGS 84 in degrees: latitude from -90 to 90, longitude from -180 to 180.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GeoPoint(double Latitude, double Longitude);
