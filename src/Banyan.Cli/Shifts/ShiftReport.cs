using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cli.Output;
using Banyan.Control.Consensus;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Engines.Consensus;
using Banyan.Routing.Policies.Shifts;
using Banyan.Routing.Policies.Shifts.Following;

namespace Banyan.Cli.Shifts;

/// <summary>What <c>banyan shift</c> says of shifts.</summary>
internal static class ShiftReport
{
    /// <summary>Every shift, or that of one policy.</summary>
    public static async Task WriteAsync(ShiftBook book, string? policy, bool json, Terminal terminal, CancellationToken cancellationToken)
    {
        var answers = new List<ShiftAnswer>();
        foreach (var record in (await book.ReadAsync(cancellationToken)).Select(static s => s.Record!).Where(s => policy is null || s.Policy == policy))
        {
            var (old, @new) = await book.CountAsync(record, cancellationToken);
            var watching = record.State.Phase == ShiftPhase.Watching;
            answers.Add(new ShiftAnswer(
                record.Policy, record.Plan.From, record.Plan.To, record.State.Phase, Math.Round(100 * record.State.PartOfNew(record.Plan), 3), record.State.Reason,
                record.Log.LastOrDefault()?.Text ?? "", record.By, record.Began, record.State.StepBegan, record.Plan.Steps, record.Plan.Window.TotalSeconds,
                watching ? @new.Since(record.State.NewAtStep) : @new, watching ? old.Since(record.State.OldAtStep) : old, record.Log));
        }

        if (json)
            terminal.Out.WriteLine(JsonSerializer.Serialize(new ShiftAnswers(answers), ShiftAnswerJson.Default.ShiftAnswers));
        else if (answers.Count == 0)
            terminal.Out.WriteLine(policy is null ? "no traffic is shifted: policies are as the blueprint says" : $"no traffic of {policy} is shifted: it is as the blueprint says");
        else
            WriteText(answers, terminal);
    }

    /// <summary>Every shift, for <c>banyan status</c>; none where the consensus store does not answer.</summary>
    public static async Task<IReadOnlyList<ShiftStatus>> StatusAsync(PlatformState platform, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var store = platform.ConnectConsensus(time);
        if (store is null)
            return [];
        try
        {
            return [.. (await new ShiftBook(store).ReadAsync(cancellationToken)).Select(static s => s.Record!).Select(static r => new ShiftStatus(
                r.Policy, r.Plan.From, r.Plan.To, r.State.Phase.ToString().ToLowerInvariant(), Math.Round(100 * r.State.PartOfNew(r.Plan), 3), r.Log.LastOrDefault()?.Text ?? ""))];
        }
        catch (ConsensusUnavailableException)
        {
            return []; // status says what it can of a platform that is stopped, too
        }
    }

    /// <summary>One event in one line.</summary>
    public static string Line(ShiftEvent happened) => string.Create(CultureInfo.InvariantCulture, $"{happened.At:HH:mm:ss}  {happened.Percent,6:0.###} %  {happened.Text}");

    private static void WriteText(List<ShiftAnswer> answers, Terminal terminal)
    {
        var table = new TextTable("POLICY", "FROM", "TO", "PART", "IS", "SINCE", "IN THIS STEP");
        foreach (var a in answers)
        {
            var ink = a.Phase switch { ShiftPhase.Done => Ink.Green, ShiftPhase.Returned => Ink.Red, _ => Ink.Yellow };
            table.Add(a.Policy, a.From, a.To, string.Create(CultureInfo.InvariantCulture, $"{a.Percent:0.###} %"), new TextTable.Cell(a.Phase.ToString().ToLowerInvariant(), ink),
                a.StepBegan.ToString("HH:mm:ss", CultureInfo.InvariantCulture), a.Phase == ShiftPhase.Watching ? $"{ShiftAdvance.Figures(a.To, a.New)}, {ShiftAdvance.Figures(a.From, a.Old)}" : "");
        }

        table.Write(terminal);
        foreach (var a in answers)
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(a.Policy);
            foreach (var happened in a.Log)
                terminal.Out.WriteLine($"  {Line(happened)}");
        }
    }
}

/// <summary>A shift, as <c>banyan shift --format json</c> has it.</summary>
/// <param name="New">What the new side had in this step; after the end, in all of the shift.</param>
/// <param name="Old">The same of the old side.</param>
internal sealed record ShiftAnswer(
    string Policy, string From, string To, ShiftPhase Phase, double Percent, ShiftReason Reason, string Why, string By, DateTimeOffset Began, DateTimeOffset StepBegan,
    IReadOnlyList<double> Steps, double EverySeconds, SideCount New, SideCount Old, IReadOnlyList<ShiftEvent> Log);

/// <summary>All of them.</summary>
internal sealed record ShiftAnswers(IReadOnlyList<ShiftAnswer> Shifts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ShiftAnswers))]
internal sealed partial class ShiftAnswerJson : JsonSerializerContext;
