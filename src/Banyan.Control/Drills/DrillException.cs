namespace Banyan.Control.Drills;

/// <summary>A drill can't be run, or not to its end, for a reason that its user can understand and mend. One line, beginning in lower case.</summary>
public sealed class DrillException(string message, Exception? inner = null) : Exception(message, inner);
