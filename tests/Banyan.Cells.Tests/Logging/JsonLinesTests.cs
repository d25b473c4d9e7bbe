using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Logging;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Tests.Logging;

public class JsonLinesTests
{
    [Fact]
    public void Log_EventWithValues_IsOneLine()
    {
        using var activity = new Activity("test").Start();
        var line = Write(static logger => logger.Log(LogLevel.Warning, new EventId(1, "NoteLost"), new List<KeyValuePair<string, object?>> { new("Note", 42), new("Text", "a \"b\"\nc"), new("{OriginalFormat}", "x") }, null, static (_, _) => "Note 42 is lost\nfor ever")).ShouldHaveSingleItem();

        line.GetProperty("level").GetString().ShouldBe("warning");
        line.GetProperty("category").GetString().ShouldBe("Notes");
        line.GetProperty("event").GetString().ShouldBe("NoteLost");
        line.GetProperty("message").GetString().ShouldBe("Note 42 is lost\nfor ever");
        line.GetProperty("trace_id").GetString().ShouldBe(activity.TraceId.ToHexString());
        line.GetProperty("values").GetProperty("Note").GetInt32().ShouldBe(42);
        line.GetProperty("values").GetProperty("Text").GetString().ShouldBe("a \"b\"\nc");
        line.GetProperty("values").TryGetProperty("{OriginalFormat}", out _).ShouldBeFalse();
        line.GetProperty("time").GetDateTimeOffset().Offset.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Log_Exception_IsInTheLine() =>
        Write(static logger => logger.LogError(new InvalidOperationException("out of paper"), "Printing failed")).ShouldHaveSingleItem()
            .GetProperty("exception").GetString().ShouldNotBeNull().ShouldContain("out of paper");

    [Fact]
    public void Log_ReaderIsSlow_DropsAndSaysHowMany()
    {
        var output = new SlowStream();
        using (var provider = new JsonLinesProvider(output, TimeProvider.System))
        {
            var logger = provider.CreateLogger("Notes");
            for (var i = 0; i < 10_100; i++)
                logger.LogInformation("filling");
            output.Release.Set();
        }

        output.Lines.ShouldBeInRange(10_000, 10_002); // what waited, and what the writer had taken
    }

    private static List<JsonElement> Write(Action<ILogger> log)
    {
        var output = new MemoryStream();
        using (var provider = new JsonLinesProvider(output, TimeProvider.System))
            log(provider.CreateLogger("Notes"));
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => JsonDocument.Parse(l).RootElement)];
    }

    private sealed class SlowStream : MemoryStream
    {
        public ManualResetEventSlim Release { get; } = new();

        public int Lines { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Release.Wait(cancellationToken);
            Lines++;
            return ValueTask.CompletedTask;
        }
    }
}
