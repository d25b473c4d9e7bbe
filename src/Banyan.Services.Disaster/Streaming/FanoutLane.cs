using System.Threading.Channels;

namespace Banyan.Services.Disaster.Streaming;

/// <summary>
/// A share of the subscribers and the one loop that writes to them. Everything comes through its queue in order: frames,
/// newcomers, leavers, heartbeats; so the loop owns the list without a lock, and a newcomer neither misses a frame nor
/// gets one twice.
/// </summary>
internal sealed class FanoutLane(DisasterMetrics metrics, TimeProvider time, StreamPosition start, RecentFrames recent)
{
    /// <summary>A newcomer that has missed more writes them itself, at its own pace.</summary>
    private const int MaxMissed = 4;

    private readonly Channel<Work> _work = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<Subscriber> _subscribers = [];
    private readonly RecentFrames _recent = recent;
    private StreamPosition _last = start;

    /// <summary>Runs until <see cref="Complete"/>.</summary>
    public async Task RunAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync())
        {
            switch (work)
            {
                case { Frame: { } frame }:
                    Give(frame);
                    break;
                case { Joining: { } joining }:
                    work.Joined!.SetResult(Join(joining, work.After));
                    break;
                case { Leaving: { } leaving }:
                    Remove(leaving);
                    break;
                default:
                    BeatNow(work.Slice, work.Slices);
                    break;
            }
        }
    }

    public void Publish(StreamFrame frame) => _work.Writer.TryWrite(new Work { Frame = frame });

    /// <summary>Lets a subscriber follow from a position (null: from now), unless it has to catch up first.</summary>
    public Task<JoinResult> JoinAsync(Subscriber subscriber, StreamPosition? after)
    {
        var joined = new TaskCompletionSource<JoinResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_work.Writer.TryWrite(new Work { Joining = subscriber, After = after, Joined = joined }))
            joined.SetCanceled();
        return joined.Task;
    }

    public void Leave(Subscriber subscriber) => _work.Writer.TryWrite(new Work { Leaving = subscriber });

    /// <summary>Gives one slice of the subscribers a sign of life.</summary>
    public void Beat(byte slice, byte slices) => _work.Writer.TryWrite(new Work { Slice = slice, Slices = slices });

    public void Complete() => _work.Writer.TryComplete();

    private void Give(StreamFrame frame)
    {
        _last = frame.Position;
        _recent.Add(frame);
        foreach (var subscriber in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_subscribers))
        {
            if (subscriber.Wants(frame) && !subscriber.Write(frame))
                metrics.SubscriberDropped();
        }

        if (frame.Finish())
            metrics.FannedOut(time.GetElapsedTime(frame.MadeAt));
    }

    private JoinResult Join(Subscriber subscriber, StreamPosition? after)
    {
        if (after is { } a && a.Position < _recent.Floor)
            return new JoinResult(JoinStep.ReadJournal, _last, []);
        var missed = after is null || after.Value.Position >= _last.Position ? [] : _recent.After(after.Value).Where(subscriber.Wants).ToList();
        if (missed.Count > MaxMissed)
            return new JoinResult(JoinStep.TakeMissed, _last, missed);
        foreach (var frame in missed)
            subscriber.Write(frame);
        // Also tells a newcomer its place before anything happens.
        subscriber.Beat(StreamFrame.Heartbeat(_last));
        subscriber.Index = _subscribers.Count;
        _subscribers.Add(subscriber);
        return new JoinResult(JoinStep.Joined, _last, []);
    }

    private void Remove(Subscriber subscriber)
    {
        if (subscriber.Index < 0)
            return;
        var last = _subscribers[^1];
        _subscribers[subscriber.Index] = last;
        last.Index = subscriber.Index;
        subscriber.Index = -1;
        _subscribers.RemoveAt(_subscribers.Count - 1);
    }

    private void BeatNow(int slice, int slices)
    {
        var heartbeat = StreamFrame.Heartbeat(_last);
        var (from, to) = (_subscribers.Count * slice / slices, _subscribers.Count * (slice + 1) / slices);
        for (var i = from; i < to; i++)
            _subscribers[i].Beat(heartbeat);
    }

    private readonly record struct Work
    {
        public StreamFrame? Frame { get; init; }

        public Subscriber? Joining { get; init; }

        public StreamPosition? After { get; init; }

        public TaskCompletionSource<JoinResult>? Joined { get; init; }

        public Subscriber? Leaving { get; init; }

        public byte Slice { get; init; }

        public byte Slices { get; init; }
    }
}
