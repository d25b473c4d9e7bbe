using Banyan.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Cells.Hosting;

/// <summary>The cell's pool of connections to its partition's primary.</summary>
internal static class CellDatabase
{
    public static NpgsqlDataSource Open(CellOptions options, ILoggerFactory loggers)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName = "cell";
        settings.MaxPoolSize = options.DatabaseConnections;
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        JournalConnection.Tune(settings);
        settings.Timeout = 5;
        settings.CommandTimeout = 30;
        settings.CancellationTimeout = 2000;
        options.DatabaseLink?.Secure(builder);
        builder.Name = options.Context.Partition; // in metrics and traces, in place of the connection string
        builder.UseLoggerFactory(loggers);
        return builder.Build();
    }
}
