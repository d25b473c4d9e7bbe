using Banyan.Control.Platform;
using Banyan.Engines.Postgres;

namespace Banyan.Cli.Up;

/// <summary>Whether the databases that were given by connection string can be used, asked before anything is started.</summary>
internal static class GivenDatabaseCheck
{
    /// <summary>Asks all of them at once.</summary>
    /// <param name="platform">What is to run.</param>
    /// <param name="previous">The last run in the same folder; null for the first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandFailure">One can't be used, or two partitions were given the same.</exception>
    public static async Task CheckAsync(PlatformState platform, PlatformState? previous, CancellationToken cancellationToken)
    {
        var given = await Task.WhenAll(
            from partition in platform.Partitions
            let databases = Given(partition)
            where databases.Count > 0
            select databases.Count == 2
                ? AskPairAsync(partition, isNew: previous?.FindPartition(partition.Name) is not { } before || Given(before).Count < 2, cancellationToken)
                : AskAsync(partition.Name, databases[0].ConnectionFrom!, cancellationToken));
        foreach (var same in given.GroupBy(static g => (g.System, g.Database)).Where(static g => g.Count() > 1))
            throw new CommandFailure($"{string.Join(" and ", same.Select(static s => s.Partition))} were given the same database, {same.Key.Database}: each partition needs one of its own");
    }

    private static List<DatabaseState> Given(PartitionState partition) => [.. partition.Databases.Where(static d => d.ConnectionFrom is not null)];

    private static async Task<(string Partition, long System, string Database)> AskAsync(string partition, string from, CancellationToken cancellationToken)
    {
        var (facts, database) = await AskOneAsync(from, ofPair: false, cancellationToken);
        return facts.Ok ? (partition, facts.Value.SystemIdentifier, database) : throw Refuse(partition, facts.Error);
    }

    /// <summary>
    /// A new pair must be one: a primary at home, and a standby that receives from it. One that ran before may have moved, and the
    /// region of one of the two may be lost: then one that answers will do, and its keeper says what is amiss.
    /// </summary>
    private static async Task<(string Partition, long System, string Database)> AskPairAsync(PartitionState partition, bool isNew, CancellationToken cancellationToken)
    {
        var (home, standby) = (Given(partition)[0].ConnectionFrom!, Given(partition)[1].ConnectionFrom!);
        var answers = await Task.WhenAll(AskOneAsync(home, ofPair: true, cancellationToken), AskOneAsync(standby, ofPair: true, cancellationToken));
        var ((first, database), (second, _)) = (answers[0], answers[1]);
        if (!first.Ok && (isNew || !second.Ok))
            throw Refuse(partition.Name, first.Error);
        if (isNew && !second.Ok)
            throw Refuse($"{partition.Name}'s standby", second.Error);
        if (isNew && Wrong(first.Value!, home, second.Value!, standby) is { } wrong)
            throw new CommandFailure($"the databases of {partition.Name} can't be used: {wrong}");
        return (partition.Name, (first.Value ?? second.Value)!.SystemIdentifier, database);
    }

    private static string? Wrong(ServerFacts primary, string home, ServerFacts follower, string standby) =>
        primary.SystemIdentifier != follower.SystemIdentifier ? $"{standby} is not a copy of {home}: make it with pg_basebackup"
        : primary.IsStandby ? $"{home} is a standby: give the address of the primary, or promote it"
        : !follower.IsStandby ? $"{standby} is not a standby of {home}: make it one with pg_basebackup -R"
        : !follower.IsStreaming ? $"{standby} does not receive from {home}: see its log" : null;

    private static async Task<(PostgresResult<ServerFacts> Facts, string Database)> AskOneAsync(string from, bool ofPair, CancellationToken cancellationToken)
    {
        var found = ExternalPostgres.From(from);
        if (!found.Ok)
            return (found.Error, "");
        await using var server = found.Value;
        return (await server.CheckAsync(ofPair, cancellationToken), server.Database);
    }

    private static CommandFailure Refuse(string whose, PostgresError error) => new($"the database of {whose} can't be used: {error.Message.TrimEnd('.')}");
}
