using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Drills;
using Banyan.Cli.Output;
using Banyan.Control.Drills;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan drill</c>: breaks something of the running platform and measures what its clients felt.</summary>
internal sealed class DrillVerb : Verb
{
    private const string Programme = "programme";

    private readonly Argument<string?> _scenario = new("SCENARIO") { Description = $"What is to be broken: {string.Join(", ", Scenario.All.Select(static s => s.Name))}; or programme: the drills that the blueprint names, one after another", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _region = new("--region") { Description = "The region whose residents the clients are (default: the blueprint's first)", HelpName = "R" };
    private readonly Option<int?> _seconds = new("--seconds") { Description = "How long it stays broken (default: depends on the scenario)", HelpName = "N" };
    private readonly Option<int> _rate = new("--rate") { Description = "Requests a second, all clients together", HelpName = "N", DefaultValueFactory = static _ => 200 };
    private readonly Option<bool> _force = new("--force") { Description = "Drill though the platform is not healthy" };
    private readonly Option<bool> _heal = new("--heal") { Description = "Put back what a drill that was cut off has left broken" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public DrillVerb()
        : base("drill", "Breaks something of the running platform on purpose, while clients use it, and measures")
    {
        Add(_scenario);
        foreach (var option in (Option[])[_region, _seconds, _rate, _force, _heal, _data, _format])
            Add(option);
        _seconds.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() is { } seconds and (< 1 or > DrillOptions.MaxSeconds))
                result.AddError($"--seconds takes a number from 1 to {DrillOptions.MaxSeconds}, not {seconds}");
        });
        _rate.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is var rate and (< 10 or > DrillOptions.MaxRate))
                result.AddError($"--rate takes a number from 10 to {DrillOptions.MaxRate}, not {rate}");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan drill region-loss --region east-africa", "kills the region, watches its partition move, brings it home, and looks every change up"),
        ("banyan drill freeze --region west-africa --seconds 20 --format json", "the same with a frozen region; the result as JSON"),
        ("banyan drill programme", "the blueprint's drills, one after another; a table of what came of each"),
        ("banyan drill --heal", "after a drill that was itself killed"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.Join(data, ProcessLinks.Operator, context.Time) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        var json = input.GetValue(_format) == OutputFormat.Json;
        try
        {
            if (input.GetValue(_heal))
                return Heal(data, terminal, json);
            if (input.GetValue(_scenario) == Programme)
                return await RunProgrammeAsync(input, data, platform, context, cancellationToken);
            var options = Read(input, platform);
            var result = await new DrillRunner(data, platform, context.Time, new DrillProgress(terminal)).RunAsync(options, cancellationToken);
            if (json)
                terminal.Out.WriteLine(JsonSerializer.Serialize(result, DrillJson.Default.DrillResult));
            else
                DrillText.Write(result, terminal);
            return result.Passed ? ExitCode.Holds : ExitCode.FoundWrong;
        }
        catch (DrillException failure)
        {
            throw new CommandFailure(failure.Message.TrimEnd('.'));
        }
    }

    private async Task<ExitCode> RunProgrammeAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken cancellationToken)
    {
        foreach (var (name, given) in new[] { ("--region", input.GetValue(_region) is not null), ("--seconds", input.GetValue(_seconds) is not null), ("--force", input.GetValue(_force)) })
        {
            if (given)
                throw new CommandFailure($"a programme takes no {name}: the blueprint names its drills (drills: {{ programme: [...] }}); leave {name} out, or run one drill");
        }

        DrillRunner.CheckFree(data);
        var (terminal, items) = (context.Terminal, ProgrammeRunner.Of(platform));
        var runner = ProgrammeRunner.Of(data, platform, context.Time, new DrillProgress(terminal));
        var result = await runner.RunAsync(
            items, input.GetValue(_rate),
            (number, item) => terminal.Error.WriteLine(terminal.PaintError($"drill {number + 1} of {items.Count}: {item.Scenario} of {item.Region ?? platform.Regions[0].Name}", Ink.Bold)),
            cancellationToken);
        if (input.GetValue(_format) == OutputFormat.Json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(result, DrillJson.Default.ProgrammeResult));
        else
            ProgrammeText.Write(result, terminal);
        return result.Passed ? ExitCode.Holds : ExitCode.FoundWrong;
    }

    private static ExitCode Heal(DataFolder data, Terminal terminal, bool json)
    {
        var healed = DrillRunner.Heal(data);
        terminal.Out.WriteLine(json ? $"{{\"healed\":{(healed is null ? "null" : JsonSerializer.Serialize(healed, HealJson.Default.String))}}}" : healed is null ? $"nothing is broken by a drill in {data.Root}" : $"put back: {healed}");
        return ExitCode.Holds;
    }

    private DrillOptions Read(ParseResult input, PlatformState platform)
    {
        var name = input.GetValue(_scenario);
        if (name is null || Scenario.Find(name) is not { } scenario)
            throw new CommandFailure($"{(name is null ? "name a scenario" : $"no scenario is called '{name}'")}: there are {string.Join(", ", Scenario.All.Select(static s => s.Name))}, and programme");
        var region = input.GetValue(_region) ?? platform.Regions[0].Name;
        if (platform.FindRegion(region) is null)
            throw new CommandFailure($"no region is called '{region}': there are {string.Join(", ", platform.Regions.Select(static r => r.Name))}");
        return new DrillOptions
        {
            Scenario = scenario,
            Region = region,
            Seconds = input.GetValue(_seconds) ?? scenario.Seconds,
            Rate = input.GetValue(_rate),
            Force = input.GetValue(_force),
        };
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class HealJson : System.Text.Json.Serialization.JsonSerializerContext;
