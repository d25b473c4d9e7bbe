using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Processes;

namespace Banyan.Cli.Up;

/// <summary>Where the time of a start went, by process. Thread-safe.</summary>
internal sealed class UpTimings
{
    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, Dictionary<RunStep, TimeSpan>> _children = [];
    private bool _closed;

    /// <summary>Notes an event; the first of its kind counts.</summary>
    public void Add(RunEvent happened)
    {
        lock (_gate)
        {
            if (_closed || happened.Child is not { } child)
                return;
            if (!_children.TryGetValue(child.Name, out var steps))
                _children[child.Name] = steps = [];
            steps.TryAdd(happened.Step, happened.At);
        }
    }

    /// <summary>The start is over; from now on nothing is noted.</summary>
    public void Close()
    {
        lock (_gate)
            _closed = true;
    }

    /// <summary>Writes a table of seconds since the first process to the terminal's progress.</summary>
    public void Write(Terminal terminal)
    {
        lock (_gate)
        {
            terminal.Error.WriteLine($"{"seconds",-32} {"started",9} {"ready",9} {"standbys",9}");
            foreach (var (name, steps) in _children)
                terminal.Error.WriteLine($"{name,-32} {At(steps, RunStep.Started),9} {At(steps, RunStep.Ready),9} {At(steps, RunStep.Following),9}");
        }
    }

    private static string At(Dictionary<RunStep, TimeSpan> steps, RunStep step) =>
        steps.TryGetValue(step, out var at) ? at.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) : "";
}
