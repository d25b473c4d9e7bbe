using System.CommandLine;
using Banyan.Blueprints.Quantities;
using Banyan.Cli.Output;
using Banyan.Control.Certificates;
using Banyan.Control.Chain.Governing;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs.Chain;

/// <summary>A verb that asks or does something on a platform's chain.</summary>
internal abstract class ChainDeskVerb : Verb
{
    private readonly Option<string> _timeout = new("--timeout") { Description = "How long to wait until it is in a block and confirmed", HelpName = "DURATION", DefaultValueFactory = static _ => "1m" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    protected ChainDeskVerb(string name, string description, bool waits)
        : base(name, description)
    {
        foreach (var option in (Option[])[.. waits ? (Option[])[_timeout] : [], _data, _format])
            Add(option);
    }

    protected sealed override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.Join(data, ProcessLinks.Operator, context.Time) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        var patience = Options.Contains(_timeout) ? ReadDuration(input.GetRequiredValue(_timeout), "--timeout") : TimeSpan.FromMinutes(1);
        try
        {
            await using var desk = await GovernanceDesk.ConnectAsync(platform, data, patience, context.Time, cancellationToken);
            return await RunAsync(input, new ChainSurroundings(desk, platform, data, context, input.GetValue(_format) == OutputFormat.Json), cancellationToken);
        }
        catch (ChainException failure)
        {
            throw new CommandFailure(failure.Message);
        }
    }

    /// <summary>Does it.</summary>
    protected abstract Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken);

    protected static TimeSpan ReadDuration(string text, string option) =>
        Duration.Parse(text, out var duration) is null && duration.Value > TimeSpan.Zero ? duration.Value : throw new CommandFailure($"{option} takes a duration such as 5m, not '{text}'");
}

/// <summary>What a verb of the chain works with.</summary>
/// <param name="Desk">The chain.</param>
/// <param name="Platform">The platform.</param>
/// <param name="Data">Its folder.</param>
/// <param name="Context">Where to write.</param>
/// <param name="Json">Whether programs read the answer.</param>
internal sealed record ChainSurroundings(GovernanceDesk Desk, PlatformState Platform, DataFolder Data, VerbContext Context, bool Json)
{
    /// <summary>Says that a transaction is under way.</summary>
    public void Sent(string hash) => Context.Terminal.Error.WriteLine(Context.Terminal.PaintError($"sent {hash}; waits for its block ...", Ink.Dim));
}
