using Banyan.Cells.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Banyan.Cells.Telemetry;

/// <summary>
/// Sends traces and metrics by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector; the other <c>OTEL_*</c>
/// variables of the OpenTelemetry SDK apply. Where it does not, nothing is loaded and no activity is made for it.
/// </summary>
internal sealed class OtlpExport(CellOptions options, IConfiguration configuration) : IDisposable
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "Banyan.*"];
    private static readonly string[] Meters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql", "Banyan.*"];
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public void Start()
    {
        if (!string.IsNullOrEmpty(configuration[EndpointVariable]))
            StartExport();
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // Apart, so that the SDK's assemblies are loaded only where it is called.
    private void StartExport()
    {
        var resource = ResourceBuilder.CreateDefault().AddAttributes(CellResource.Attributes(options.Context)).AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder().ConfigureServices(s => s.AddSingleton(configuration))
            .SetResourceBuilder(resource).AddSource(Sources).AddOtlpExporter().Build();
        _metrics = Sdk.CreateMeterProviderBuilder().ConfigureServices(s => s.AddSingleton(configuration))
            .SetResourceBuilder(resource).AddMeter(Meters).AddOtlpExporter().Build();
    }
}
