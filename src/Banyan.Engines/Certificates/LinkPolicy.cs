namespace Banyan.Engines.Certificates;

/// <summary>Who may connect to whom on a platform. Pure: what is not listed is refused.</summary>
public static class LinkPolicy
{
    /// <summary>Whether one process may ask another, both of whose certificates were found to be of the platform's authority.</summary>
    /// <param name="client">Who connects.</param>
    /// <param name="server">Who listens.</param>
    public static bool MayConnect(ProcessName client, ProcessName server) => client.Platform == server.Platform && server.Role switch
    {
        // Requests, the console and probes come by front doors; cells ask each other for what is of the other's partition; keepers watch;
        // the supervisor waits for it to be ready; verbs ask for its state.
        ProcessRole.Cell => client.Role is ProcessRole.FrontDoor or ProcessRole.Cell or ProcessRole.Keeper or ProcessRole.Supervisor or ProcessRole.Operator,
        ProcessRole.Keeper => client.Role is ProcessRole.Keeper or ProcessRole.FrontDoor or ProcessRole.Supervisor or ProcessRole.Operator,
        // Its members are each other's peers too, where it is etcd. Databases have no business there, and another user runs them.
        ProcessRole.Consensus => client.Role != ProcessRole.Database,
        // The others listen to nobody by these certificates: a front door has one for the public, and a database asks for its clients' by their
        // common names (see PostgresConfiguration).
        _ => false,
    };
}
