using System.Text;
using Banyan.Routing.Entry.Forwarding.Direct;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry.Forwarding.Direct;

public class ChunkReaderTests
{
    [Theory]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("00\r\n\r\n", "")]
    [InlineData("2;name=value\r\nhe\r\n3 ; \"x\"\r\nllo\r\n0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n", "hello")]
    [InlineData("A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789")]
    public void TryRead_WellFormed_GivesTheBody(string text, string body)
    {
        for (var step = 1; step <= text.Length; step++)
        {
            Read(text + "NEXT", step, out var read, out var rest).ShouldBeTrue();
            read.ShouldBe(body);
            rest.ShouldBe("NEXT");
        }
    }

    [Theory]
    [InlineData("\r\n0\r\n\r\n")]
    [InlineData("5\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhelloo\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello0\r\n\r\n")]
    [InlineData("5\r\nhello\n0\r\n\r\n")]
    [InlineData("5\r\nhello\rx0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("+5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 \r\nhello\r\n0\r\n\r\n")]
    [InlineData("5 5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("g\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5;a\rb\r\nhello\r\n0\r\n\r\n")]
    [InlineData("1000000000000000\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0\r\nno colon\r\n\r\n")]
    [InlineData("0\r\n folded: x\r\n\r\n")]
    [InlineData("0\r\nX: y\n\r\n")]
    public void TryRead_Malformed_IsRefused(string text) => Read(text, text.Length, out _, out _).ShouldBeFalse();

    [Fact]
    public void TryRead_EndlessLineOrTrailers_IsRefused()
    {
        Read("5;" + new string('x', 5000), 100, out _, out _).ShouldBeFalse();
        Read("0\r\n" + string.Concat(Enumerable.Repeat("X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 1000)), 1000, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void TryRead_AnyBodyInAnyChunksAndPieces_ComesBack()
    {
        var cases = from chunks in Gen.Choose(1, 300).SelectMany(n => Gen.Choose(0, 255).Select(static b => (byte)b).ArrayOf(n)).ListOf() from step in Gen.Choose(1, 50) select (chunks, step);
        Prop.ForAll(Arb.From(cases), c =>
        {
            var coded = new StringBuilder();
            foreach (var chunk in c.chunks)
                coded.Append($"{chunk.Length:x}\r\n").Append(Encoding.Latin1.GetString(chunk)).Append("\r\n");
            return Read(coded.Append("0\r\n\r\n").ToString(), c.step, out var body, out var rest)
                && body == string.Concat(c.chunks.Select(Encoding.Latin1.GetString)) && rest.Length == 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryRead_AnyBytes_NeverThrowsAndAlwaysEndsOrAdvances()
    {
        var bytes = Gen.Elements<byte>(0, 10, 13, 32, 48, 49, 53, 58, 59, 97, 102, 103, 255).ArrayOf();
        Prop.ForAll(Arb.From(bytes), given =>
        {
            var text = Encoding.Latin1.GetString(given);
            var one = Read(text, 1, out var body, out var rest);
            var whole = Read(text, Math.Max(1, given.Length), out var same, out var left);
            return one == whole && (!one || (body == same && rest == left)); // how the bytes come makes no difference
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    /// <summary>Gives it the text as a connection would, so many bytes at a time.</summary>
    private static bool Read(string text, int step, out string body, out string rest)
    {
        var reader = new ChunkReader();
        var bytes = Encoding.Latin1.GetBytes(text);
        var read = new StringBuilder();
        var (start, end) = (0, 0);
        (body, rest) = ("", "");
        while (true)
        {
            if (!reader.TryRead(bytes.AsSpan(start, end - start), out var consumed, out var piece))
                return false;
            read.Append(Encoding.Latin1.GetString(piece));
            start += consumed;
            if (reader.IsEnd || (consumed == 0 && end == bytes.Length))
                break;
            if (consumed == 0)
                end = Math.Min(bytes.Length, end + step);
        }

        (body, rest) = (read.ToString(), text[start..]);
        return true;
    }
}
