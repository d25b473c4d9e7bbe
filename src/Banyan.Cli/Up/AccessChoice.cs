using Banyan.Control.Platform;

namespace Banyan.Cli.Up;

/// <summary>Whether the cells of a run ask who their callers are.</summary>
internal static class AccessChoice
{
    /// <summary>Decides; as in the last run, where nothing is said.</summary>
    /// <exception cref="CommandFailure">Callers would be asked and TLS is off: then nobody can tell the platform's own processes from strangers.</exception>
    public static bool Make(UpOptions options, PlatformState? previous)
    {
        var asks = options.Access ?? previous?.AsksCallers ?? false;
        return asks && options.Tls == false
            ? throw new CommandFailure($"callers are asked who they are{(options.Access is null ? ", as in the last run" : "")}, and the platform's own processes are known by their certificates: leave --tls off out, or say --access off")
            : asks;
    }
}
