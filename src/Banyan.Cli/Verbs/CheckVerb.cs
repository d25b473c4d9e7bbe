using System.CommandLine;
using System.Text.Json;
using Banyan.Blueprints.Checking;
using Banyan.Blueprints.Reading;
using Banyan.Cli.Check;
using Banyan.Cli.Output;
using Banyan.Cli.Up;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan check BLUEPRINT</c>: what is wrong with a blueprint.</summary>
internal sealed class CheckVerb : Verb
{
    private readonly Argument<string?> _blueprint = new("BLUEPRINT")
    {
        Description = "A blueprint's file, or the name of one that comes with Banyan",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<OutputFormat> _format = VerbOptions.Format();
    private readonly Option<bool> _strict = new("--strict") { Description = "Fail on warnings too" };
    private readonly Option<bool> _rules = new("--rules") { Description = "List the rules and what each finds" };

    public CheckVerb()
        : base("check", "Finds what is wrong with a blueprint: errors, contradictions, promises that can't hold")
    {
        Add(_blueprint);
        Add(_format);
        Add(_strict);
        Add(_rules);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan check kai", "check the blueprint blueprints/kai.yaml"),
        ("banyan check plan.yaml --format json | jq .errors", "count the errors"),
        ("banyan check --rules", "what is looked for"),
    ];

    /// <inheritdoc/>
    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken) => Task.FromResult(Run(input, context.Terminal));

    private ExitCode Run(ParseResult input, Terminal terminal)
    {
        if (input.GetValue(_rules))
        {
            foreach (var rule in BlueprintChecker.Rules)
                terminal.Out.WriteLine($"{rule.Id,-30} {rule.Finds}");
            return ExitCode.Holds;
        }

        var file = BlueprintFinder.Find(input.GetValue(_blueprint) ?? throw new CommandFailure("name a blueprint: banyan check blueprints/kai.yaml, or banyan check kai"));
        var read = BlueprintReader.Read(file);
        var shown = Path.GetRelativePath(Environment.CurrentDirectory, file) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : file;
        var name = read.Blueprint?.Platform ?? Path.GetFileNameWithoutExtension(file);
        var report = read.Blueprint is { } blueprint
            ? CheckReport.Of(name, shown, BlueprintChecker.Rules.Count, BlueprintChecker.Check(blueprint))
            : CheckReport.Of(name, shown, 0, read.Findings);
        if (input.GetValue(_format) == OutputFormat.Json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, CheckJson.Readable.CheckReport));
        else
            CheckText.Write(terminal, report);
        if (read.Blueprint is null)
            return ExitCode.CouldNotRun;
        return report.Errors > 0 || (report.Warnings > 0 && input.GetValue(_strict)) ? ExitCode.FoundWrong : ExitCode.Holds;
    }
}
