namespace Banyan.Console.History;

/// <summary>What one region did at one moment; a value that was not known then is null.</summary>
public readonly record struct RegionSample(double? Requests, double? Changes, double? Readings, double? LagBytes);
