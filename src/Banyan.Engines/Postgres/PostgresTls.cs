namespace Banyan.Engines.Postgres;

/// <summary>
/// The files by which a private instance's connections are secured. They belong to who runs the platform; the instance gives its server
/// copies, since that runs as another user where we are root. Immutable.
/// </summary>
/// <param name="RootFile">PEM: the certificates of authorities that are trusted.</param>
/// <param name="ServerFile">PEM: the servers' certificate and key, by which they are known and log in to their primaries.</param>
/// <param name="RewindFile">PEM: certificate and key by which a rewind logs in to the new primary, as the keeper.</param>
public sealed record PostgresTls(string RootFile, string ServerFile, string RewindFile);
