using System.Diagnostics.Metrics;
using Banyan.Journal.Following;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Stranded;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Journal;

/// <summary>Adds the journal to a host.</summary>
public static class JournalRegistration
{
    /// <summary>
    /// Adds <see cref="IJournal"/>, <see cref="IJournalCursors"/>, <see cref="JournalStatus"/>, <see cref="EntryErasure"/> and their background work.
    /// Needs an <see cref="NpgsqlDataSource"/>; writes under the <see cref="IWriteFence"/> that was added before, else always and in <see cref="JournalOptions.Epoch"/>.
    /// <see cref="JournalSchema.ApplyAsync"/> has to run before the host starts.
    /// </summary>
    /// <exception cref="ArgumentException">The options can't be used; the message lists why.</exception>
    public static IServiceCollection AddJournal(this IServiceCollection services, JournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } problems)
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(options));
        services.TryAddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IWriteFence>(new OpenFence(options.Epoch));
        services.TryAddSingleton<JournalStatus>();
        services.TryAddSingleton(static p => new PostgresJournal(
            p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<JournalOptions>(), p.GetRequiredService<JournalStatus>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILoggerFactory>(), p.GetService<IMeterFactory>(), p.GetRequiredService<IWriteFence>()));
        services.TryAddSingleton<IJournal>(static p => p.GetRequiredService<PostgresJournal>());
        services.TryAddSingleton<IJournalCursors>(static p => new PostgresJournalCursors(p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<IWriteFence>()));
        services.TryAddSingleton<JournalFollowing>();
        services.TryAddSingleton(static p => p.GetRequiredService<PostgresJournal>().Erasure);
        services.TryAddSingleton(static p => new StrandedChanges(p.GetRequiredService<NpgsqlDataSource>(), p.GetRequiredService<IJournal>(), p.GetRequiredService<IWriteFence>()));
        services.AddSingleton<IHostedService>(static p => new JournalHost(p.GetRequiredService<PostgresJournal>()));
        return services;
    }
}
