using System.Globalization;
using System.Text;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Streaming;

/// <summary>An event as every subscriber gets it: encoded once (WHATWG HTML, section 9.2, server-sent events).</summary>
internal sealed class StreamFrame
{
    private int _lanes;

    private StreamFrame(StreamPosition position, AlertReach? reach, byte[] bytes, long madeAt)
    {
        Position = position;
        Reach = reach;
        Bytes = bytes;
        MadeAt = madeAt;
    }

    public StreamPosition Position { get; }

    /// <summary>Whom it concerns; null for everyone.</summary>
    public AlertReach? Reach { get; }

    public byte[] Bytes { get; }

    /// <summary>When it was made, by the clock's timestamps.</summary>
    public long MadeAt { get; }

    /// <summary>A change of an alert: an event of the default type, its id the place in the stream.</summary>
    public static StreamFrame Of(AlertChange change, long now)
    {
        var position = StreamPosition.Of(change.Entry);
        return new StreamFrame(position, change.Reach, Encoding.UTF8.GetBytes($"id: {position}\ndata: {change.Entry.Data}\n\n"), now);
    }

    /// <summary>A sign of life. It has no data, so clients dispatch no event, but they resume from its id.</summary>
    public static StreamFrame Heartbeat(StreamPosition position) => new(position, null, Encoding.UTF8.GetBytes($": heartbeat\nid: {position}\n\n"), 0);

    /// <summary>How a stream begins: how soon to come back when it breaks.</summary>
    public static byte[] Preamble(TimeSpan retry) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)retry.TotalMilliseconds}\n\n"));

    /// <summary>The last event of a subscriber that could not keep up: it may come back and resume.</summary>
    public static StreamFrame Dropped(StreamPosition resume) =>
        new(resume, null, Encoding.UTF8.GetBytes($"event: dropped\ndata: {{\"reason\":\"too slow\",\"resume\":\"{resume}\"}}\n\n"), 0);

    /// <summary>Says that what lies between a subscriber's position and now can't be given: it must read the list of alerts.</summary>
    public static byte[] Reset(string reason, StreamPosition position) =>
        Encoding.UTF8.GetBytes($"event: reset\nid: {position}\ndata: {{\"reason\":\"{reason}\",\"list\":\"/disaster/v1/alerts\"}}\n\n");

    /// <summary>Says how many lanes will give it out.</summary>
    public void Expect(int lanes) => _lanes = lanes;

    /// <summary>True for the lane that is last.</summary>
    public bool Finish() => Interlocked.Decrement(ref _lanes) == 0;
}
