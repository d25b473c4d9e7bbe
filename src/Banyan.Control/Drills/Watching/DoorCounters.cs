using System.Globalization;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills.Watching;

/// <summary>What front doors count of a region's requests: those that they made wait, and those that they sent again.</summary>
internal sealed class DoorCounters(IReadOnlyList<Uri> doors, string region) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Dictionary<Uri, (long Holds, long Replays)> _before = [];

    /// <summary>Every front door of a platform.</summary>
    public static IReadOnlyList<Uri> DoorsOf(PlatformState platform) =>
        [.. platform.AllFrontDoors().Select(static d => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{d.Port}/")))];

    /// <summary>Notes where they stand.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        foreach (var door in doors)
            _before[door] = await ReadAsync(door, cancellationToken);
    }

    /// <summary>What was added since; a front door that was started again counts from there.</summary>
    public async Task<(long Holds, long Replays)> SinceAsync(CancellationToken cancellationToken)
    {
        var (holds, replays) = (0L, 0L);
        foreach (var door in doors)
        {
            var (now, before) = (await ReadAsync(door, cancellationToken), _before[door]);
            holds += now.Holds >= before.Holds ? now.Holds - before.Holds : now.Holds;
            replays += now.Replays >= before.Replays ? now.Replays - before.Replays : now.Replays;
        }

        return (holds, replays);
    }

    /// <summary>The value of a counter in OpenMetrics text; 0 where it is not there.</summary>
    internal static long Counter(string text, string name, string region)
    {
        var start = $"{name}{{region=\"{region}\"}} ";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(start, StringComparison.Ordinal) && long.TryParse(line.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return value;
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<(long Holds, long Replays)> ReadAsync(Uri door, CancellationToken cancellationToken)
    {
        try
        {
            var text = await _http.GetStringAsync(new Uri(door, "/metrics"), cancellationToken);
            return (Counter(text, "banyan_entry_holds_total", region), Counter(text, "banyan_entry_replays_total", region));
        }
        catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (0, 0);
        }
    }
}
