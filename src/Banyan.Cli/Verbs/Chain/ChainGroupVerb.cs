using System.CommandLine;

namespace Banyan.Cli.Verbs.Chain;

/// <summary>A verb that only names others.</summary>
internal sealed class ChainGroupVerb : Verb
{
    private readonly IReadOnlyList<(string Command, string Does)> _examples;
    private readonly string _path;

    public ChainGroupVerb(string name, string description, IEnumerable<Verb> verbs, params (string Command, string Does)[] examples)
        : base(name, description)
    {
        (_path, _examples) = ($"banyan chain {name}", examples);
        foreach (var verb in verbs)
            Add(verb);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples => _examples;

    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken) =>
        throw new CommandFailure($"say what to {Name}: {string.Join(", ", Subcommands.Select(static s => s.Name))}; see `{_path} --help`");
}
