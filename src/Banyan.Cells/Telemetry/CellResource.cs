namespace Banyan.Cells.Telemetry;

/// <summary>What a cell's telemetry is about (OpenTelemetry resource attributes).</summary>
internal static class CellResource
{
    public static IReadOnlyList<KeyValuePair<string, object>> Attributes(CellContext cell) =>
    [
        new("service.name", "banyan-cell"),
        new("service.namespace", cell.Platform),
        new("service.instance.id", cell.Region),
        new("service.version", typeof(CellResource).Assembly.GetName().Version?.ToString(3) ?? "0.0.0"),
        new("banyan.region", cell.Region),
        new("banyan.partition", cell.Partition),
    ];
}
