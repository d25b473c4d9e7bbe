using Banyan.Control.Processes;

namespace Banyan.Control.Tests.Processes;

public sealed class BoundedLogTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"banyan-log-{Guid.NewGuid():N}.log");

    [Fact]
    public void Write_PastTheLimit_KeepsTheNewestAndOneBefore()
    {
        using (var log = new BoundedLog(_path, limit: 20))
        {
            for (var i = 0; i < 10; i++)
                log.WriteLine($"line {i}");
        }

        File.ReadAllText(_path + ".1").ShouldBe("line 6\nline 7\nline 8\n");
        File.ReadAllText(_path).ShouldBe("line 9\n");
    }

    [Fact]
    public void Write_InTheMiddleOfALine_DoesNotCutIt()
    {
        using (var log = new BoundedLog(_path, limit: 4))
        {
            log.Write("one long "u8);
            log.Write("line\n"u8);
            log.Write("next"u8);
        }

        File.ReadAllText(_path + ".1").ShouldBe("one long line\n");
        File.ReadAllText(_path).ShouldBe("next");
    }

    [Theory]
    [InlineData("a\nb\n\n", "b")]
    [InlineData("", null)]
    [InlineData("only", "only")]
    public void LastLine_OfWhatWasWritten_IsTheLastThatSaysSomething(string written, string? last)
    {
        using var log = new BoundedLog(_path);
        foreach (var letter in written)
            log.Write([(byte)letter]);
        log.LastLine.ShouldBe(last);
    }

    [Fact]
    public void LastLine_AfterALot_IsStillTheLast()
    {
        using var log = new BoundedLog(_path);
        log.WriteLine(new string('x', 5000));
        log.WriteLine(new string('y', 3000));
        log.WriteLine("done");
        log.LastLine.ShouldBe("done");
    }

    [Fact]
    public void Write_AnExistingFile_IsContinued()
    {
        File.WriteAllText(_path, "before\n");
        using (var log = new BoundedLog(_path))
            log.WriteLine("after");
        File.ReadAllText(_path).ShouldBe("before\nafter\n");
    }

    public void Dispose()
    {
        File.Delete(_path);
        File.Delete(_path + ".1");
    }
}
