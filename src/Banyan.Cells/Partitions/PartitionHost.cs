using Banyan.Cells.Hosting;
using Banyan.Cells.Logging;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Partitions;

/// <summary>
/// Runs a region's cell where partitions move: one app per partition that has a database here. Each listens always, and
/// serves while the partition's record names this region and this process holds its lease.
/// </summary>
public static partial class PartitionHost
{
    /// <summary>Other partitions' apps are not built while the region's own starts, but for no longer than this.</summary>
    private static readonly TimeSpan HomeFirst = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs until <paramref name="cancellationToken"/> is cancelled, then drains, gives up the leases and returns. An app that
    /// fails is built again, with growing pauses, and does not touch the others.
    /// </summary>
    /// <exception cref="CellException">The app of the region's own partition could not start, and none was ever settled here.</exception>
    public static async Task RunAsync(PartitionHostOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var loggers = LoggerFactory.Create(b => CellLogging.Quieten(b.AddJsonLines(options.Time)));
        var watch = new PartitionWatch(options.Store, options.Time, loggers.CreateLogger<PartitionWatch>());
        using var all = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var watching = new CancellationTokenSource();
        var watched = watch.RunAsync(watching.Token);
        var shed = new ShedServices();
        var shedding = ShedAsync(shed, options.Region, watch, loggers.CreateLogger(typeof(PartitionHost)), watching.Token);
        var loops = options.Partitions.Select(p => new PartitionLoop(p with { Cell = p.Cell with { Shed = shed } }, options, watch, loggers.CreateLogger<PartitionLoop>())).ToList();
        var settled = loops.FirstOrDefault(static l => l.IsHome)?.Settled ?? Task.CompletedTask;
        var running = loops.Select(l => RunAsync(l, l.IsHome ? Task.CompletedTask : settled, options.Time, all.Token)).ToList();
        try
        {
            while (running.Count > 0)
            {
                var ended = await Task.WhenAny(running);
                running.Remove(ended);
                if (!ended.IsCompletedSuccessfully)
                    await all.CancelAsync();
                await ended;
            }
        }
        finally
        {
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await watching.CancelAsync();
            await watched;
            await shedding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What the region does without holds for each of its apps: what it lacks is one machine's, whoever's residents ask.</summary>
    private static async Task ShedAsync(ShedServices shed, string region, PartitionWatch watch, ILogger log, CancellationToken stopping)
    {
        while (true)
        {
            var changed = watch.Changed;
            if (shed.Set(watch.ShedIn(region)))
                LogShed(log, region, shed.Any ? string.Join(", ", shed.Names) : "nothing");
            await changed.WaitAsync(stopping);
        }
    }

    private static async Task RunAsync(PartitionLoop loop, Task first, TimeProvider time, CancellationToken stopping)
    {
        await first.WaitAsync(HomeFirst, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await loop.RunAsync(stopping);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "By the records of the partitions that {Region} serves, it sheds: {Services}")]
    private static partial void LogShed(ILogger log, string region, string services);
}
