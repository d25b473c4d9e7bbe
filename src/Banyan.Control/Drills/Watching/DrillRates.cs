namespace Banyan.Control.Drills.Watching;

/// <summary>Rates of a drill's clients, from look to look. One owner.</summary>
internal sealed class DrillRates
{
    private const int Kept = 180;

    private readonly Queue<DrillRate> _rates = new();
    private (TimeSpan At, int Changes, long Requests, long Failed)? _last;

    /// <summary>Notes how far they are.</summary>
    public void Note(TimeSpan at, int changes, long requests, long failed)
    {
        if (_last is { } last && at > last.At)
        {
            var seconds = (at - last.At).TotalSeconds;
            _rates.Enqueue(new DrillRate(Round((changes - last.Changes) / seconds), Round((requests - last.Requests) / seconds), Round((failed - last.Failed) / seconds)));
            if (_rates.Count > Kept)
                _rates.Dequeue();
        }

        _last = (at, changes, requests, failed);
    }

    /// <summary>The last three minutes, oldest first.</summary>
    public IReadOnlyList<DrillRate> Read() => [.. _rates];

    private static double Round(double rate) => Math.Round(rate, 1);
}
