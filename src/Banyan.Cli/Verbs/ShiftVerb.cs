using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Banyan.Blueprints.Quantities;
using Banyan.Cli.Names;
using Banyan.Cli.Output;
using Banyan.Cli.Shifts;
using Banyan.Control.Certificates;
using Banyan.Control.Consensus;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Banyan.Routing.Policies.Shifts;
using Banyan.Routing.Policies.Shifts.Following;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan shift</c>: moves a policy's traffic from one branch to another step by step, and back where it fails.</summary>
internal sealed class ShiftVerb : Verb
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly ShiftPlan Defaults = new() { From = "", To = "" };
    private readonly Argument<string?> _policy = new("POLICY") { Description = "A policy of the blueprint's routing; without it, every shift is shown", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _to = new("--to") { Description = "The region or policy that gets the traffic", HelpName = "TARGET" };
    private readonly Option<string?> _from = new("--from") { Description = "What it leaves (default: the only other branch; of a failover the first)", HelpName = "TARGET" };
    private readonly Option<string> _steps = new("--steps") { Description = "Parts in percent, growing to 100", HelpName = "LIST", DefaultValueFactory = static _ => "1,10,50,100" };
    private readonly Option<string> _every = new("--every") { Description = "How long each step is watched at least", HelpName = "DURATION", DefaultValueFactory = static _ => "5m" };
    private readonly Option<string> _longest = new("--longest") { Description = "A step that is not proven in this time returns", HelpName = "DURATION", DefaultValueFactory = static _ => "1h" };
    private readonly Option<string> _errors = new("--max-error-rate") { Description = "Failed requests that are accepted, whatever the other side does", HelpName = "PERCENT", DefaultValueFactory = static _ => "1%" };
    private readonly Option<long> _requests = new("--min-requests") { Description = "A step with fewer is not judged", HelpName = "N", DefaultValueFactory = static _ => Defaults.LeastRequests };
    private readonly Option<bool> _wait = new("--wait") { Description = "Stay until it has ended: exit 0 where it is done, 1 where it returned" };
    private readonly Option<bool> _status = new("--status") { Description = "Show shifts (the default without --to)" };
    private readonly Option<bool> _back = new("--back") { Description = "Take it back now: as it was before the shift" };
    private readonly Option<bool> _forget = new("--forget") { Description = "Forget it: what the blueprint says counts" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public ShiftVerb()
        : base("shift", "Moves a policy's traffic to another target step by step, and back where it fails")
    {
        Add(_policy);
        foreach (var option in (Option[])[_to, _from, _steps, _every, _longest, _errors, _requests, _wait, _status, _back, _forget, _data, _format])
            Add(option);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan shift capacity --from us-east-1 --to eu-west-1", "the clients of one region go to another one: 1 %, 10 %, 50 %, 100 %"),
        ("banyan shift capacity --to eu-west-1 --from us-east-1 --steps 5,100 --every 30m --max-error-rate 0.5% --wait", "for a script that must know the end"),
        ("banyan shift --status", "how far shifts are, and why one has returned"),
        ("banyan shift capacity --back", "all of it back, now"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.Join(data, ProcessLinks.Operator, context.Time) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        await using var store = platform.ConnectConsensus(context.Time) ?? throw new CommandFailure($"the platform in {data.Root} was made before there were shifts: run `banyan up` once more");
        var json = input.GetValue(_format) == OutputFormat.Json;
        var book = new ShiftBook(store);
        try
        {
            var policy = input.GetValue(_policy);
            var (back, forget, to) = (input.GetValue(_back), input.GetValue(_forget), input.GetValue(_to));
            if ((back ? 1 : 0) + (forget ? 1 : 0) + (to is null ? 0 : 1) > 1)
                throw new CommandFailure("--to, --back and --forget exclude one another");
            if (policy is null && (back || forget || to is not null))
                throw new CommandFailure("name the policy: banyan shift POLICY …");
            if (back)
                await BackAsync(book, policy!, context, cancellationToken);
            else if (forget)
                await ForgetAsync(book, policy!, cancellationToken);
            else if (to is not null)
                await BeginAsync(book, platform, data, ReadRequest(input, policy!, to), context, cancellationToken);
            var end = policy is not null && input.GetValue(_wait) ? await WaitAsync(book, policy, json, context, cancellationToken) : ExitCode.Holds;
            await ShiftReport.WriteAsync(book, policy, json, context.Terminal, cancellationToken);
            return end;
        }
        catch (ConsensusUnavailableException)
        {
            throw new CommandFailure($"the consensus store of {platform.Platform} does not answer: is the platform running? (banyan status)");
        }
    }

    private static async Task BeginAsync(ShiftBook book, PlatformState platform, DataFolder data, ShiftRequest request, VerbContext context, CancellationToken cancellationToken)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        var set = PlatformPolicies.Read(data, PlatformPolicies.TargetsOf(platform), notes);
        foreach (var note in notes)
            context.Terminal.Error.WriteLine(note);
        var previous = await book.FindAsync(request.Policy, cancellationToken);
        var record = ShiftStart.Make(set, previous?.Record, request, Guid.CreateVersion7(context.Time.GetUtcNow()).ToString("N"), context.Time.GetUtcNow(), out var problem) ?? throw new CommandFailure(problem!);
        if (!await book.BeginAsync(record, previous?.Revision ?? 0, cancellationToken))
            throw new CommandFailure($"someone else has begun a shift of {request.Policy} just now: banyan shift --status");
    }

    private static async Task BackAsync(ShiftBook book, string policy, VerbContext context, CancellationToken cancellationToken)
    {
        while (true)
        {
            var kept = await FindAsync(book, policy, cancellationToken);
            if (kept.Record is not { } record)
                throw new CommandFailure($"the shift of {policy} can't be read: banyan shift {policy} --forget");
            if (record.State.Phase == ShiftPhase.Returned || await book.ReplaceAsync(ShiftAdvance.CallBack(record, Environment.UserName, context.Time.GetUtcNow()), kept.Revision, cancellationToken))
                return;
        }
    }

    private static async Task ForgetAsync(ShiftBook book, string policy, CancellationToken cancellationToken)
    {
        while (!await book.ForgetAsync(policy, (await FindAsync(book, policy, cancellationToken)).Revision, cancellationToken))
        {
            // It took a step just now: read again.
        }
    }

    private static async Task<KeptShift> FindAsync(ShiftBook book, string policy, CancellationToken cancellationToken) =>
        await book.FindAsync(policy, cancellationToken) ?? throw new CommandFailure($"there is no shift of '{policy}': banyan shift --status");

    /// <summary>Says what happens as it happens.</summary>
    private static async Task<ExitCode> WaitAsync(ShiftBook book, string policy, bool json, VerbContext context, CancellationToken cancellationToken)
    {
        var said = 0;
        while (true)
        {
            var record = (await FindAsync(book, policy, cancellationToken)).Record ?? throw new CommandFailure($"the shift of {policy} can't be read");
            foreach (var happened in json ? [] : record.Log.Skip(said))
                context.Terminal.Error.WriteLine(ShiftReport.Line(happened));
            said = record.Log.Count;
            if (record.State.Phase != ShiftPhase.Watching)
                return record.State.Phase == ShiftPhase.Done ? ExitCode.Holds : ExitCode.FoundWrong;
            await Task.Delay(Look, context.Time, cancellationToken);
        }
    }

    private ShiftRequest ReadRequest(ParseResult input, string policy, string to) => new(policy, to)
    {
        From = input.GetValue(_from),
        By = Environment.UserName,
        Plan = Defaults with
        {
            Steps = [.. input.GetRequiredValue(_steps).Split(',').Select(static s => double.TryParse(s.AsSpan().Trim().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var step) ? step : throw new CommandFailure($"--steps takes percentages such as 1,10,50,100, not '{s}'"))],
            Window = ReadDuration(input.GetRequiredValue(_every), "--every"),
            LongestStep = Longest(ReadDuration(input.GetRequiredValue(_longest), "--longest"), ReadDuration(input.GetRequiredValue(_every), "--every"), input.GetResult(_longest)?.Implicit ?? true),
            LeastRequests = input.GetValue(_requests),
            AcceptedErrors = ReadPercentage(input.GetRequiredValue(_errors), "--max-error-rate"),
        },
    };

    /// <summary>Who watches each step for long and does not say how long it may take gives it twelve times as long.</summary>
    private static TimeSpan Longest(TimeSpan longest, TimeSpan every, bool isDefault) => isDefault && longest < 12 * every ? 12 * every : longest;

    private static TimeSpan ReadDuration(string text, string option) => Duration.Parse(text, out var duration) is null ? duration.Value : throw new CommandFailure($"{option} takes a duration such as 5m, not '{text}'");

    private static double ReadPercentage(string text, string option) => Percentage.Parse(text.EndsWith('%') ? text : text + "%", out var percentage) is null ? (double)percentage.Percent / 100 : throw new CommandFailure($"{option} takes a percentage such as 1%, not '{text}'");
}
