using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Drills;
using Banyan.Cli.Output;
using Banyan.Control.Credentials;
using Banyan.Control.Drills;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan drills show</c>: what came of one earlier drill, in full.</summary>
internal sealed class DrillsShowVerb : Verb
{
    private const int Looked = 500;

    private readonly Argument<string?> _id = new("ID") { Description = "Its id or evidence, or how that begins or ends, as `banyan drills` lists it (default: the newest)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public DrillsShowVerb()
        : base("show", "Shows what came of one earlier drill, in full")
    {
        Add(_id);
        Add(_data);
        Add(_format);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan drills show", "the newest"),
        ("banyan drills show --format json | jq .consent", "the consent that it waited for, where it was given on the chain"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.WithOperatorKey(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        using var store = new DrillEvidenceStore(platform, context.Time);
        var evidence = await store.ListAsync(Looked, cancellationToken);
        if (evidence.Count == 0)
            throw new CommandFailure("no drill has been run yet, or no region answers: `banyan drill region-loss` runs one");
        var found = input.GetValue(_id) is { } id ? evidence.Where(e => Is(e.Id.ToString(), id)).ToList() : [evidence[0]];
        if (found is not [{ } drill])
            throw new CommandFailure(found.Count == 0 ? $"no drill that a region has kept is called {input.GetValue(_id)}: `banyan drills` lists them" : $"{found.Count} drills are called {input.GetValue(_id)}: give more of the id");
        var result = drill.Result with { Evidence = drill.Result.Evidence ?? drill.Id.ToString() };
        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(result, DrillJson.Default.DrillResult));
        else
            DrillText.Write(result, context.Terminal);
        return ExitCode.Holds;
    }

    private static bool Is(string id, string given) => given.Length >= 4 && (id.StartsWith(given, StringComparison.OrdinalIgnoreCase) || id.EndsWith(given, StringComparison.OrdinalIgnoreCase));
}
