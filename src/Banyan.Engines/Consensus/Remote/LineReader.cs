using System.Buffers;
using System.IO.Pipelines;

namespace Banyan.Engines.Consensus.Remote;

/// <summary>Reads a stream's lines, and notices when it falls silent. Not thread-safe.</summary>
internal sealed class LineReader(Stream stream, int longest) : IAsyncDisposable
{
    private readonly PipeReader _pipe = PipeReader.Create(stream);

    /// <summary>The next line, without its end; null at the end of the stream.</summary>
    /// <param name="patience">How long silence may last.</param>
    /// <param name="onSilence">Asked each time it has lasted that long: whether to wait on.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The stream broke, a line is too long, or it was silent for too long.</exception>
    public async Task<byte[]?> ReadAsync(TimeSpan patience, Func<CancellationToken, Task<bool>>? onSilence, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadSomeAsync(patience, onSilence, clock, cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end).ToArray();
                _pipe.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted)
                return null;
            if (read.Buffer.Length > longest)
                throw new IOException($"a line is longer than {longest} bytes");
            _pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _pipe.CompleteAsync();

    private async Task<ReadResult> ReadSomeAsync(TimeSpan patience, Func<CancellationToken, Task<bool>>? onSilence, TimeProvider clock, CancellationToken cancellationToken)
    {
        var reading = _pipe.ReadAsync(cancellationToken).AsTask();
        while (true)
        {
            try
            {
                return await reading.WaitAsync(patience, clock, cancellationToken);
            }
            catch (TimeoutException late)
            {
                if (onSilence is null || !await onSilence(cancellationToken))
                    throw new IOException($"silent for {patience.TotalSeconds:0.0} s", late);
            }
        }
    }
}
