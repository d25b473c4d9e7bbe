namespace Banyan.Engines.Postgres;

/// <summary>Why something about a PostgreSQL instance could not be done. Names are stable: status and tests rely on them.</summary>
public enum PostgresFailure
{
    /// <summary>No PostgreSQL is installed, or none of the version that is needed.</summary>
    Missing,

    /// <summary>The installation or the server is older than <see cref="PostgresInstallation.OldestMajor"/>.</summary>
    TooOld,

    /// <summary>We are root and there is no unprivileged user to run PostgreSQL as.</summary>
    NoAccount,

    /// <summary>The folder holds something that Banyan did not make, or made for another platform or partition.</summary>
    ForeignFolder,

    /// <summary>The folder was made by another major version than the binaries are.</summary>
    OtherVersion,

    /// <summary>A live server that is not ours uses the folder.</summary>
    InUse,

    /// <summary>Another process listens on the port.</summary>
    PortTaken,

    /// <summary>The server's user, or ours, may not enter, read or write a folder.</summary>
    NoPermission,

    /// <summary>The file system is full.</summary>
    NoSpace,

    /// <summary>The folder's role is not the one that the platform gives it: a standby in the place of a primary, or the reverse.</summary>
    OtherRole,

    /// <summary>A primary's folder that was made earlier is gone.</summary>
    Lost,

    /// <summary>The passwords in <c>secrets</c> are not those of the template or the server.</summary>
    OtherPasswords,

    /// <summary>The server ended on its own; its last words are in the message.</summary>
    Crashed,

    /// <summary>A server that should answer does not.</summary>
    Unreachable,

    /// <summary>The server answers but its role lacks a right that is needed.</summary>
    NotAllowed,

    /// <summary>A command of the installation failed; its last words are in the message.</summary>
    CommandFailed,
}
