using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Drills;

namespace Banyan.Cli.Drills;

/// <summary>A drill's result for people.</summary>
internal static class DrillText
{
    /// <summary>Writes it to the terminal's answers.</summary>
    public static void Write(DrillResult result, Terminal terminal)
    {
        var output = terminal.Out;
        output.WriteLine();
        output.WriteLine($"{terminal.Paint(result.Scenario, Ink.Bold)} of {result.Region} ({result.Replication}, broke {result.Broke}): {(result.Passed ? terminal.Paint("passed", Ink.Green) : terminal.Paint("FAILED", Ink.Red))}");
        output.WriteLine();
        var timeline = new TextTable("AT", "STEP", "");
        foreach (var step in result.Timeline)
            timeline.Add(string.Create(CultureInfo.InvariantCulture, $"{step.AtMs / 1000.0,8:0.000} s"), step.Step, step.Detail ?? "");
        timeline.Write(terminal);
        output.WriteLine();
        output.WriteLine($"detected in {Ms(result.DetectMs)}, decided in {Ms(result.DecideMs)}{(result.ApproveMs is { } approvals ? $" (approved after {Ms(approvals)})" : "")}, promoted in {Ms(result.PromoteMs)}; clients were without changes for {Ms(result.RtoMs)}");
        if (result.Consent is { } consent)
            output.WriteLine(FormattableString.Invariant($"consent on the chain: request {consent.Request}, {consent.Approvals} of {consent.Needed} organisations ({string.Join(", ", consent.Organisations)}); asked for after {Ms(consent.RequestMs)}, given in {Ms(consent.GiveMs)}, carried out in {Ms(consent.CarryOutMs)}"));
        output.WriteLine(FormattableString.Invariant($"changes: {result.Changes.Acknowledged:N0} acknowledged, {result.Changes.Lost:N0} lost, {result.Changes.Duplicated:N0} duplicated, {result.Changes.Reordered:N0} reordered; {result.Changes.StaleReads:N0} stale reads"));
        output.WriteLine(FormattableString.Invariant($"requests: {result.Requests.Sent:N0} sent, {result.Requests.Held:N0} held, {result.Requests.Replayed:N0} replayed, {result.Requests.Failed:N0} failed ({result.Requests.FailedRepeatable:N0} of them repeatable), longest {Ms(result.Requests.MaxWaitMs)}"));
        output.WriteLine(FormattableString.Invariant($"events: {result.Events.Missed:N0} missed, {result.Events.Repeated:N0} repeated, {result.Events.Connections:N0} connections"));
        output.WriteLine();
        var objectives = new TextTable("PROMISE", "AT MOST", "MEASURED", "");
        foreach (var objective in result.Objectives)
            objectives.Add(objective.Name, objective.Target, objective.Measured, objective.Held ? new("held", Ink.Green) : new("BROKEN", Ink.Red));
        objectives.Write(terminal);
        foreach (var note in result.Notes)
            output.WriteLine(note);
        output.WriteLine(result.Evidence is null ? "the result could not be stored: no region took it" : $"evidence: {result.Evidence}");
    }

    private static string Ms(long? value) => value is { } ms ? ms == long.MaxValue ? "ever" : FormattableString.Invariant($"{ms:N0} ms") : "-";
}
