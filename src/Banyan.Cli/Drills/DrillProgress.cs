using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Drills;

namespace Banyan.Cli.Drills;

/// <summary>A drill as it happens, on standard error.</summary>
internal sealed class DrillProgress(Terminal terminal) : IDrillObserver
{
    private readonly Lock _gate = new();

    public void Phase(string what) => Say(terminal.PaintError($"{what} ...", Ink.Dim));

    public void Step(string step, TimeSpan since, string? detail) =>
        Say(string.Create(CultureInfo.InvariantCulture, $"{since.TotalSeconds,8:0.000} s  {terminal.PaintError(step, step is "broken" ? Ink.Red : step is "serving" or "whole again" or "home again" ? Ink.Green : Ink.Bold)}{(detail is null ? "" : $": {detail}")}"));

    public void Clients(int acknowledged, TimeSpan quiet)
    {
        if (quiet > TimeSpan.FromMilliseconds(500))
            Say(terminal.PaintError(string.Create(CultureInfo.InvariantCulture, $"            {acknowledged:N0} changes acknowledged, none for {quiet.TotalSeconds:0.0} s"), Ink.Yellow));
    }

    private void Say(string line)
    {
        lock (_gate)
            terminal.Error.WriteLine(line);
    }
}
