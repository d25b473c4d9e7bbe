namespace Banyan.Engines.Postgres;

/// <summary>How to ask a server to stop.</summary>
public enum StopMode
{
    /// <summary>Sessions are ended and everything is written; no recovery at the next start.</summary>
    Fast,

    /// <summary>As by a crash: recovery at the next start, no committed row lost.</summary>
    Immediate,
}

/// <summary>How a server stopped.</summary>
public enum StopOutcome
{
    /// <summary>It was not running.</summary>
    WasStopped,

    /// <summary>Everything was written.</summary>
    Clean,

    /// <summary>It took longer than the patience, or that was asked for.</summary>
    Immediate,

    /// <summary>It did not hear; its process was killed.</summary>
    Killed,
}
