using System.CommandLine;
using Banyan.Cli.Output;

namespace Banyan.Cli.Verbs;

/// <summary>
/// One verb of the command: its options, its help and what it does. A verb adds its options in its constructor, reads
/// them in <see cref="RunAsync"/>, writes its answer to <see cref="Terminal.Out"/> and all else to
/// <see cref="Terminal.Error"/>. What it can't do it says by a <see cref="CommandFailure"/>.
/// </summary>
internal abstract class Verb(string name, string description) : Command(name, description)
{
    /// <summary>The end of the help text: commands that can be pasted, and what each does.</summary>
    public virtual IReadOnlyList<(string Command, string Does)> Examples => [];

    /// <summary>Gives it its surroundings; once, before parsing.</summary>
    public void Bind(VerbContext context)
    {
        SetAction(async (input, _) => (int)await RunAsync(input, context, context.Interruption.Stop));
        foreach (var verb in Subcommands.OfType<Verb>())
            verb.Bind(context);
    }

    /// <summary>Does it.</summary>
    /// <param name="input">The parsed command line.</param>
    /// <param name="context">Where to write.</param>
    /// <param name="cancellationToken">Ctrl-C or SIGTERM.</param>
    /// <exception cref="CommandFailure">It can't, for a reason that the user can mend.</exception>
    protected abstract Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken);
}
