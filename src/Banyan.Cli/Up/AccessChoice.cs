namespace Banyan.Cli.Up;

/// <summary>Whether the cells of a run ask who their callers are.</summary>
internal static class AccessChoice
{
    /// <summary>Decides: they do, unless this <c>up</c> is told otherwise. That it was off is not remembered, and never follows from something else.</summary>
    /// <exception cref="CommandFailure">Callers would be asked and TLS is off: then nobody can tell the platform's own processes from strangers.</exception>
    public static bool Make(UpOptions options) => options switch
    {
        { Access: false } => false,
        { Tls: false } => throw new CommandFailure("callers are asked who they are, and the platform's own processes are known by their certificates: leave --tls off out, or say --access off too"),
        _ => true,
    };
}
