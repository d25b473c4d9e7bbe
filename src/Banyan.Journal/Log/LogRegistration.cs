using System.Diagnostics.Metrics;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Integrating;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Journal.Log;

/// <summary>Adds the log over a partition's journal to a host.</summary>
public static class LogRegistration
{
    /// <summary>
    /// Adds <see cref="LogStatus"/>, <see cref="DatabaseTileSource"/> and the background work that keeps the log; after
    /// <see cref="JournalRegistration.AddJournal"/>. Checkpoints are cosigned by the <see cref="ICheckpointCosigner"/> that was added before, else by nobody.
    /// </summary>
    /// <exception cref="ArgumentException">The options can't be used; the message lists why.</exception>
    public static IServiceCollection AddLog(this IServiceCollection services, LogOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        services.AddSingleton(options);
        services.TryAddSingleton<ICheckpointCosigner, NoCosigner>();
        services.TryAddSingleton<LogStatus>();
        services.TryAddSingleton<DatabaseTileSource>();
        services.TryAddSingleton(static p => new LeafSearch(p.GetRequiredService<DatabaseTileSource>()));
        services.AddSingleton<TreeStore>().AddSingleton<StandbyHold>().AddSingleton<LogRecovery>();
        services.AddSingleton(static p => new LogMetrics(p.GetRequiredService<LogOptions>(), p.GetService<IMeterFactory>(), p.GetRequiredService<LogStatus>()));
        services.AddSingleton<IHostedService>(static p => new LogHost(ActivatorUtilities.CreateInstance<LogParts>(p), p.GetRequiredService<LogRecovery>(), p.GetRequiredService<ILogger<LogHost>>()));
        return services;
    }
}
