using Banyan.Cells.Hosting;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Partitions;

/// <summary>One app of a partition: it listens, stands by, serves at most once under one lease, and is thrown away. One owner.</summary>
internal sealed class PartitionApp : IAsyncDisposable
{
    /// <summary>The server has ended its connections long before: nothing is in flight then.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly CellOptions _options;
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ends = new();
    private Task? _preparing;

    private PartitionApp(CellOptions options, WebApplication app, PartitionFence fence)
    {
        (_options, _app, Fence) = (options, app, fence);
        Life = app.Services.GetRequiredService<CellLife>();
        Runner = app.Services.GetRequiredService<CellRunner>();
        Database = app.Services.GetRequiredService<DatabaseGate>();
        Journal = app.Services.GetRequiredService<JournalStatus>();
    }

    public PartitionFence Fence { get; }

    public CellLife Life { get; }

    public CellRunner Runner { get; }

    public DatabaseGate Database { get; }

    public JournalStatus Journal { get; }

    /// <summary>Puts it together; it takes no port yet.</summary>
    public static PartitionApp Build(HostedPartition partition)
    {
        var fence = new PartitionFence();
        return new PartitionApp(partition.Cell, CellHost.Build(partition.Cell, partition.Services(), fence, partition.Configure), fence);
    }

    /// <summary>Listens.</summary>
    /// <exception cref="CellException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException error) when (CellHost.IsPortTaken(error))
        {
            throw CellHost.PortTaken(_options, error);
        }
    }

    /// <summary>It is about to take over: begins, once, with what can be done before it holds the lease.</summary>
    public void Prepare() => _preparing ??= Runner.PrepareAsync(_ends.Token);

    /// <summary>Closes what is open and gives the port back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        if (_preparing is not null)
            await _preparing;
        _ends.Dispose();
        using var limit = new CancellationTokenSource(StopPatience, _options.Time);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
