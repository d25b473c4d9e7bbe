namespace Banyan.Engines.Certificates;

/// <summary>What a process is on its platform.</summary>
public enum ProcessRole
{
    /// <summary>The services of a region.</summary>
    Cell,

    /// <summary>Runs a region's databases, and watches the other regions.</summary>
    Keeper,

    /// <summary>The HTTP entry and the console.</summary>
    FrontDoor,

    /// <summary>A member of the consensus store.</summary>
    Consensus,

    /// <summary><c>banyan up</c>: starts the others.</summary>
    Supervisor,

    /// <summary>A verb that someone runs who may read the data folder.</summary>
    Operator,

    /// <summary>The PostgreSQL servers of a region: for those who connect to them, and as standbys of another region's.</summary>
    Database,
}
