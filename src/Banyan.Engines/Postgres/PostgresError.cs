namespace Banyan.Engines.Postgres;

/// <summary>An expected failure, as a value.</summary>
/// <param name="Failure">What kind.</param>
/// <param name="Message">One line: the place, what is wrong, what to do.</param>
public sealed record PostgresError(PostgresFailure Failure, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => Message;
}
