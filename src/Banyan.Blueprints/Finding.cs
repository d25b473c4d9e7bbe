namespace Banyan.Blueprints;

/// <summary>Something wrong with a blueprint: what, how bad, where, and what to do about it. Immutable.</summary>
/// <param name="Rule">Stable id of the rule, such as <c>read.unknown-key</c>; never renamed once published.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Path">Place in the model, such as <c>regions.east-africa.standby</c>; empty for the file as a whole.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="Column">Column in the line, from 1.</param>
/// <param name="Message">What is wrong, in one line.</param>
/// <param name="Hint">What to do about it, in one line; null where nothing useful can be said.</param>
public sealed record Finding(string Rule, Severity Severity, string Path, int Line, int Column, string Message, string? Hint);
