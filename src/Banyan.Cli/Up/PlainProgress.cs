using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Cli.Up;

/// <summary>Progress in plain lines: for logs, pipes and detached runs.</summary>
internal sealed class PlainProgress(Terminal terminal) : IUpProgress
{
    private readonly Dictionary<string, StartTally> _regions = [];
    private bool _starting;

    public void Say(string line) => terminal.Error.WriteLine(line);

    public void Begin(PlatformState platform)
    {
        _starting = true;
        foreach (var region in platform.Regions)
            _regions[region.Name] = new StartTally();
    }

    public void Show(RunEvent happened)
    {
        if (happened.Step is RunStep.Died or RunStep.Killed or RunStep.Note || (!_starting && happened.Step != RunStep.Started))
            Say(happened.ToString());
        if (!_starting || happened.Child is not { } child)
            return;
        var seconds = happened.At.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        if (child.Region is { } region && _regions.TryGetValue(region, out var tally) && tally.Add(happened))
            Say($"{region}: serving, databases running, after {seconds} s");
        else if (child.Kind == ChildKind.FrontDoor && happened.Step == RunStep.Ready)
            Say($"front door: open after {seconds} s");
    }

    public ValueTask EndStartAsync()
    {
        _starting = false;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
