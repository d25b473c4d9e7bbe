using Banyan.Control.Platform;
using Banyan.Engines.Postgres;

namespace Banyan.Cli.Up;

/// <summary>Whether this machine can run the platform's databases, asked before anything is changed.</summary>
internal static class PostgresCheck
{
    /// <summary>The major version of PostgreSQL to run.</summary>
    /// <param name="data">Where its databases will be.</param>
    /// <param name="made">The version that made the folder's databases; null for the first run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandFailure">PostgreSQL is missing, is not the one that the folder needs, or can't reach the folder.</exception>
    public static async Task<int> FindMajorAsync(DataFolder data, int? made, CancellationToken cancellationToken)
    {
        var account = ServerAccount.Resolve();
        if (!account.Ok)
            throw Refuse(account.Error);
        if (account.Value.CheckWayTo(data.Databases) is { } closed)
            throw Refuse(closed);
        var found = await PostgresInstallation.FindAsync(made, cancellationToken);
        return found.Ok ? found.Value.Version.Major : throw Refuse(found.Error);
    }

    private static CommandFailure Refuse(PostgresError error) => new(error.Message.TrimEnd('.'));
}
