using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cli.Output;
using Banyan.Cli.Stranded;
using Banyan.Control.Log;
using Banyan.Control.Platform;
using Banyan.Journal.Log.Integrating;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan log recover</c>: how a partition's log goes on that is halted, or has damaged tiles.</summary>
internal sealed class LogVerb : Verb
{
    public LogVerb()
        : base("log", "A partition's log: how it goes on where it was halted") => Add(new LogRecoverVerb());

    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan log recover --help", "what there is")];

    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken) => throw new CommandFailure("say what to do with it: banyan log recover PARTITION --reason TEXT");
}

/// <summary><c>banyan log recover PARTITION --reason TEXT [--anew --yes]</c>.</summary>
internal sealed class LogRecoverVerb : Verb
{
    private readonly Argument<string> _partition = new("PARTITION") { Description = "Whose log" };
    private readonly Option<string> _reason = new("--reason") { Description = "Why; it becomes part of the journal, and of the log", HelpName = "TEXT", Required = true };
    private readonly Option<bool> _anew = new("--anew") { Description = "Begins another log, which says what it follows: where this one can't be continued; with --yes" };
    private readonly Option<bool> _yes = new("--yes") { Description = "It is meant: the old log never goes on then" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public LogRecoverVerb()
        : base("recover", "Lets a halted log go on: as it is, or with its tree made again of the journal; --anew begins another")
    {
        Add(_partition);
        foreach (var option in (Option[])[_reason, _anew, _yes, _data, _format])
            Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_anew) != result.GetValue(_yes))
                result.AddError("--anew gives the old log up for good: say --yes with it, and only with it");
            else if (result.GetValue(_reason) is { } reason && (string.IsNullOrWhiteSpace(reason) || reason.Length > LogRecovery.LongestReason))
                result.AddError($"--reason takes a text of at most {LogRecovery.LongestReason} characters");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan log recover kenya --reason 'tile repaired'", "looks again; where the journal's rows lead to all that is known, the tree is made again of them"),
        ("banyan log recover kenya --anew --yes --reason 'fork of 21 Nov, see case 17'", "another log, banyan/PLATFORM/kenya/2"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var platform = StrandedOptions.ReadPlatform(input.GetValue(_data));
        var partition = StrandedOptions.RegionsOf(platform, input.GetRequiredValue(_partition))[0];
        using var desk = new LogDesk(platform);
        LogRecovered recovered;
        try
        {
            recovered = await desk.RecoverAsync(partition, input.GetValue(_anew), input.GetRequiredValue(_reason), cancellationToken);
        }
        catch (PlatformException error)
        {
            throw new CommandFailure(error.Message);
        }

        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(recovered, LogVerbJson.Default.LogRecovered));
        else
            context.Terminal.Out.WriteLine($"{context.Terminal.Paint(recovered.Done ? "goes on" : "stays as it is", recovered.Done ? Ink.Green : Ink.Red)}: {recovered.Message}");
        return recovered.Done ? ExitCode.Holds : ExitCode.FoundWrong;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(LogRecovered))]
internal sealed partial class LogVerbJson : JsonSerializerContext;
