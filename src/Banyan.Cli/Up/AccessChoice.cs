using Banyan.Control.Platform;

namespace Banyan.Cli.Up;

/// <summary>Whether the cells of a run ask who their callers are.</summary>
internal static class AccessChoice
{
    /// <summary>Decides; as in the last run, where nothing is said.</summary>
    public static bool Make(UpOptions options, PlatformState? previous) => options.Access ?? previous?.AsksCallers ?? false;

    /// <summary>The same options with TLS on, without which nobody can tell the platform's own processes from strangers.</summary>
    /// <exception cref="CommandFailure">TLS was asked to be off.</exception>
    public static UpOptions WithTls(UpOptions options, bool asksCallers) => !asksCallers ? options
        : options.Tls == false ? throw new CommandFailure("--access on needs --tls on: the platform's own processes are known by their certificates")
        : options with { Tls = true };
}
