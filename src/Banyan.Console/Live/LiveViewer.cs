using System.Threading.Channels;

namespace Banyan.Console.Live;

/// <summary>One who looks at a page. Frames wait here until they are sent; few of them, and what does not fit is not kept.</summary>
public sealed class LiveViewer(LivePage page, Action<LiveViewer> leave) : IDisposable
{
    private const int MostWaiting = 4;
    private readonly Channel<ReadOnlyMemory<byte>> _frames = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, SingleWriter = true });

    public LivePage Page { get; } = page;

    /// <summary>It has seen nothing yet, or has missed something.</summary>
    public bool NeedsWhole { get; private set; } = true;

    /// <summary>Frames to send, in order; ends when the console stops.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Frames => _frames.Reader;

    public void Dispose() => leave(this);

    /// <summary>Gives it what changed, or the whole where it needs that.</summary>
    internal void Offer(ReadOnlyMemory<byte> changed, ReadOnlyMemory<byte> whole) => NeedsWhole = !_frames.Writer.TryWrite(NeedsWhole ? whole : changed);

    internal void End() => _frames.Writer.TryComplete();
}
