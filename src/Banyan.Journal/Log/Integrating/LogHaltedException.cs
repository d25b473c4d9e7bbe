namespace Banyan.Journal.Log.Integrating;

/// <summary>The log can't go on without making a fork, or with leaves missing: somebody has to look. A retry can't help.</summary>
internal sealed class LogHaltedException(string message) : Exception(message);
