namespace Banyan.Engines.Postgres;

/// <summary>An expected failure, as a value.</summary>
/// <param name="Failure">What kind.</param>
/// <param name="Message">One line: the place, what is wrong, what to do.</param>
public sealed record PostgresError(PostgresFailure Failure, string Message)
{
    /// <summary>Whether the same step can succeed later without someone changing the folder or the installation.</summary>
    public bool MayPass => Failure is PostgresFailure.PortTaken or PostgresFailure.NoSpace or PostgresFailure.Crashed
        or PostgresFailure.Unreachable or PostgresFailure.CommandFailed or PostgresFailure.InUse;

    /// <inheritdoc/>
    public override string ToString() => Message;
}
