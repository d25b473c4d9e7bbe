using Npgsql;

namespace Banyan.Journal.Writing;

/// <summary>The service's own statements of a change, as they are sent.</summary>
internal static class Statements
{
    /// <summary>
    /// A copy for one sending. A batch command remembers what was prepared on the connection it was last sent on, and
    /// breaks on another (npgsql/npgsql#6432, not fixed in 10.0.0): a change that is tried again must not carry that along.
    /// </summary>
    public static NpgsqlBatchCommand Copy(NpgsqlBatchCommand statement)
    {
        var copy = new NpgsqlBatchCommand(statement.CommandText);
        foreach (var parameter in statement.Parameters)
            copy.Parameters.Add(((NpgsqlParameter)parameter).Clone());
        return copy;
    }
}
