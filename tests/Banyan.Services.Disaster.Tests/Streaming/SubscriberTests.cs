using System.IO.Pipelines;
using System.Text;
using Banyan.Journal;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Reach;
using Banyan.Services.Disaster.Streaming;

namespace Banyan.Services.Disaster.Tests.Streaming;

public class SubscriberTests
{
    [Fact]
    public async Task Write_ConnectionTakesNothing_QueuesThenDropsWithItsLastPosition()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5, useSynchronizationContext: false));
        var subscriber = new Subscriber(pipe.Writer, Interest.All);

        subscriber.Write(Frame(1)).ShouldBeTrue();
        for (var i = 2; i <= Subscriber.MaxWaiting + 1; i++)
            subscriber.Write(Frame(i)).ShouldBeTrue();
        subscriber.Write(Frame(1000)).ShouldBeFalse();
        subscriber.Write(Frame(1001)).ShouldBeTrue("it is dropped once");
        subscriber.IsStuck.ShouldBeTrue();
        subscriber.Ended.IsCompleted.ShouldBeFalse("its last event is still to be sent");

        var text = await ReadAsync(pipe.Reader, "too slow");
        await subscriber.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        text.ShouldContain("id: 1-1\n");
        text.ShouldNotContain("id: 2-1\n", customMessage: "what had been queued is given when it comes back");
        text.ShouldEndWith("event: dropped\ndata: {\"reason\":\"too slow\",\"resume\":\"1-1\"}\n\n");
        subscriber.IsStuck.ShouldBeFalse();
    }

    [Fact]
    public async Task Write_ConnectionPauses_EverythingArrivesInOrder()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5, useSynchronizationContext: false));
        var subscriber = new Subscriber(pipe.Writer, Interest.All);

        for (var i = 1; i <= 40; i++)
            subscriber.Write(Frame(i)).ShouldBeTrue();

        var text = await ReadAsync(pipe.Reader, "id: 40-1\n");
        text.ShouldBe(string.Concat(Enumerable.Range(1, 40).Select(i => Encoding.UTF8.GetString(Frame(i).Bytes))));
        subscriber.Ended.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task Beat_DroppedAndStuck_IsGivenUpAtTheSecondBeat()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 10, resumeWriterThreshold: 5, useSynchronizationContext: false));
        var subscriber = new Subscriber(pipe.Writer, Interest.All);
        for (var i = 1; subscriber.Write(Frame(i)); i++)
        {
        }

        subscriber.Beat(StreamFrame.Heartbeat(new StreamPosition(1, 1)));
        subscriber.Ended.IsCompleted.ShouldBeFalse();
        subscriber.Beat(StreamFrame.Heartbeat(new StreamPosition(1, 1)));

        await subscriber.Ended.WaitAsync(TimeSpan.FromSeconds(30));
        subscriber.IsStuck.ShouldBeTrue();
    }

    [Fact]
    public async Task Write_ReaderHasGone_Ends()
    {
        var pipe = new Pipe();
        var subscriber = new Subscriber(pipe.Writer, Interest.All);
        await pipe.Reader.CompleteAsync();

        subscriber.Write(Frame(1)).ShouldBeTrue();

        await subscriber.Ended.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Close_ThenWrite_WritesNothing()
    {
        var pipe = new Pipe();
        var subscriber = new Subscriber(pipe.Writer, Interest.All);
        subscriber.Close();

        subscriber.Write(Frame(1)).ShouldBeTrue();
        await pipe.Writer.CompleteAsync();

        (await pipe.Reader.ReadAsync()).Buffer.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("12-3", 12, 3)]
    [InlineData("12", 12, 0)]
    [InlineData("0-0", 0, 0)]
    public void TryParse_Position_IsRead(string text, long position, int epoch)
    {
        StreamPosition.TryParse(text, out var read).ShouldBeTrue();
        read.ShouldBe(new StreamPosition(position, epoch));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("a-1")]
    [InlineData("1-1-1")]
    [InlineData("99999999999999999999-1")]
    public void TryParse_NotAPosition_IsFalse(string text) => StreamPosition.TryParse(text, out _).ShouldBeFalse();

    private static StreamFrame Frame(long position) => StreamFrame.Of(
        AlertChange.Read(new JournalEntry(position, 1, Guid.Empty, default, "p", "disaster.alerts", "banyan.disaster.alert.cancelled.v1", null, "application/json", $$$"""{"alert":{"id":"{{{Guid.Empty}}}"}}""", null)), 0);

    private static async Task<string> ReadAsync(PipeReader reader, string until)
    {
        var text = new StringBuilder();
        while (!text.ToString().Contains(until, StringComparison.Ordinal) || !text.ToString().EndsWith("\n\n", StringComparison.Ordinal))
        {
            var result = await reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            text.Append(Encoding.UTF8.GetString(result.Buffer));
            reader.AdvanceTo(result.Buffer.End);
        }

        return text.ToString();
    }
}
