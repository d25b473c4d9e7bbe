using Banyan.Control.Platform;
using Banyan.Engines.Postgres;

namespace Banyan.Cli.Up;

/// <summary>Whether the databases that were given by connection string can be used, asked before anything is started.</summary>
internal static class GivenDatabaseCheck
{
    /// <summary>Asks all of them at once.</summary>
    /// <exception cref="CommandFailure">One can't be used, or two partitions were given the same.</exception>
    public static async Task CheckAsync(PlatformState platform, CancellationToken cancellationToken)
    {
        var given = await Task.WhenAll(
            from partition in platform.Partitions
            from database in partition.Databases
            where database.ConnectionFrom is not null
            select AskAsync(partition.Name, database.ConnectionFrom!, cancellationToken));
        foreach (var same in given.GroupBy(static g => (g.System, g.Database)).Where(static g => g.Count() > 1))
            throw new CommandFailure($"{string.Join(" and ", same.Select(static s => s.Partition))} were given the same database, {same.Key.Database}: each partition needs one of its own");
    }

    private static async Task<(string Partition, long System, string Database)> AskAsync(string partition, string from, CancellationToken cancellationToken)
    {
        var found = ExternalPostgres.From(from);
        if (!found.Ok)
            throw Refuse(partition, found.Error);
        await using var server = found.Value;
        var facts = await server.CheckAsync(cancellationToken);
        return facts.Ok ? (partition, facts.Value.SystemIdentifier, server.Database) : throw Refuse(partition, facts.Error);
    }

    private static CommandFailure Refuse(string partition, PostgresError error) => new($"the database of {partition} can't be used: {error.Message.TrimEnd('.')}");
}
