using Banyan.Engines.Certificates;

namespace Banyan.Engines.Postgres;

/// <summary>The database and the roles that every private instance has.</summary>
public static class PostgresRoles
{
    /// <summary>The platform's database, owned by <see cref="Cell"/>.</summary>
    public const string Database = "banyan";

    /// <summary>Superuser; for the keeper alone.</summary>
    public const string Keeper = "banyan_keeper";

    /// <summary>What cells log in as.</summary>
    public const string Cell = "banyan_cell";

    /// <summary>What standbys log in as.</summary>
    public const string Replication = "banyan_replication";

    /// <summary>The one role that a kind of process logs in as: its certificate says so, and private instances look. Null: it logs in nowhere.</summary>
    public static string? Of(ProcessRole process) => process switch
    {
        ProcessRole.Cell => Cell,
        ProcessRole.Keeper => Keeper,
        ProcessRole.Database => Replication,
        _ => null,
    };
}
