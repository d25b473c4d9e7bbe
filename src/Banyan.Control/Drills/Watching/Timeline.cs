namespace Banyan.Control.Drills.Watching;

/// <summary>Steps as they happen. Thread-safe.</summary>
/// <param name="now">The time since the ledger was made.</param>
/// <param name="told">Told of each, in the order of their coming.</param>
internal sealed class Timeline(Func<TimeSpan> now, Action<string, TimeSpan, string?> told)
{
    private readonly Lock _gate = new();
    private readonly List<(string Step, TimeSpan At, string? Detail)> _steps = [];
    private TimeSpan? _broken;

    /// <summary>When it was broken; null before that.</summary>
    public TimeSpan? Broken
    {
        get
        {
            lock (_gate)
                return _broken;
        }
    }

    /// <summary>Notes the moment from which all others are counted.</summary>
    public TimeSpan Break(string what)
    {
        var at = now();
        lock (_gate)
        {
            _broken = at;
            _steps.Add(("broken", at, what));
        }

        told("broken", TimeSpan.Zero, what);
        return at;
    }

    /// <summary>Notes a step.</summary>
    public void Add(string step, string? detail = null, TimeSpan? at = null)
    {
        var moment = at ?? now();
        TimeSpan since;
        lock (_gate)
        {
            _steps.Add((step, moment, detail));
            since = moment - (_broken ?? moment);
        }

        told(step, since, detail);
    }

    /// <summary>When a step first came after it was broken, and with what detail; null where it did not.</summary>
    public TimeSpan? First(string step)
    {
        lock (_gate)
            return _steps.Where(s => s.Step == step && s.At >= _broken).Select(static s => (TimeSpan?)s.At).Min();
    }

    /// <summary>When a step last came after it was broken; null where it did not.</summary>
    public TimeSpan? Last(string step)
    {
        lock (_gate)
            return _steps.Where(s => s.Step == step && s.At >= _broken).Select(static s => (TimeSpan?)s.At).Max();
    }

    /// <summary>All of them, in order, counted from when it was broken.</summary>
    public IReadOnlyList<TimelineStep> Read()
    {
        lock (_gate)
            return [.. _steps.OrderBy(static s => s.At).Select(s => new TimelineStep(s.Step, (long)Math.Round((s.At - (_broken ?? TimeSpan.Zero)).TotalMilliseconds), s.Detail))];
    }
}
