using Banyan.Engines.Postgres;

namespace Banyan.Cli.Up;

/// <summary>Whether this machine can run the platform's databases, asked before anything is changed.</summary>
internal static class PostgresCheck
{
    /// <summary>The major version of PostgreSQL to run.</summary>
    /// <param name="made">The one that made the folder's databases; null for the first run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandFailure">PostgreSQL is missing, or is not the one that the folder needs.</exception>
    public static async Task<int> FindMajorAsync(int? made, CancellationToken cancellationToken)
    {
        var found = await PostgresInstallation.FindAsync(made, cancellationToken);
        if (!found.Ok)
            throw Refuse(found.Error);
        var account = ServerAccount.Resolve();
        return account.Ok ? found.Value.Version.Major : throw Refuse(account.Error);
    }

    private static CommandFailure Refuse(PostgresError error) => new(error.Message.TrimEnd('.'));
}
