namespace Banyan.Blueprints;

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Worth knowing; nothing is broken by it.</summary>
    Info,

    /// <summary>Probably wrong, or a promise that hangs on something unsaid.</summary>
    Warning,

    /// <summary>Wrong: the blueprint can't be read, contradicts itself, or promises what it can't hold.</summary>
    Error,
}
