using System.Text;
using Banyan.Routing.Entry.Forwarding.Direct;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry.Forwarding.Direct;

public class AnswerHeadTests
{
    private const string Plain = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nX-Empty:\r\nX-Text:  \t na\u00efve  \r\n\r\n";

    [Fact]
    public void Read_Plain_HasStatusLengthAndFields()
    {
        var head = Read(Plain + "hello", out var state);
        state.ShouldBe(HeadState.Whole);
        (head.Status, head.ContentLength, head.IsChunked, head.Closes, head.Length).ShouldBe((200, 5, false, false, Plain.Length));
        Fields(head, Plain).ShouldBe(["Content-Type=text/plain", "Content-Length=5", "X-Empty=", "X-Text=na\u00efve"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 599 Any \u00e9 reason\r\n\r\n", 599)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", 100)]
    public void Read_StatusLine_IsTaken(string text, int status)
    {
        Read(text, out var state).Status.ShouldBe(status);
        state.ShouldBe(HeadState.Whole);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true, false)]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-ENCODING:Chunked\r\nconnection: x , CLOSE\r\n\r\n", true, true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: closed\r\n\r\n", false, false)]
    public void Read_Framing_IsTaken(string text, bool chunked, bool closes)
    {
        var head = Read(text, out var state);
        (state, head.IsChunked, head.Closes).ShouldBe((HeadState.Whole, chunked, closes));
    }

    // What two readers could take for different things: RFC 9112 sections 2.2, 4, 5.1, 5.2, 6.1, 6.3.
    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 600 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20\u0661 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData(" HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\nK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n")]
    [InlineData("HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : y\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n X: folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: y\r\n\tfolded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: y\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\nX: a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX\u0000: ab\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\u007fb\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nN\u00e4me: ab\r\n\r\n")]
    public void Read_Ambiguous_IsInvalid(string text)
    {
        Read(text, out var state);
        state.ShouldBe(HeadState.Invalid);
    }

    [Fact]
    public void Read_TooManyFields_IsInvalid()
    {
        Read($"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", AnswerHead.MostFields))}\r\n", out var state);
        state.ShouldBe(HeadState.Whole);
        Read($"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", AnswerHead.MostFields + 1))}\r\n", out state);
        state.ShouldBe(HeadState.Invalid);
    }

    [Fact]
    public void Read_InPieces_IsTheSameWhereverItIsCut()
    {
        var bytes = Encoding.Latin1.GetBytes(Plain + "hello");
        for (var first = 0; first < Plain.Length; first++)
        {
            for (var second = first; second < Plain.Length; second++)
            {
                var head = new AnswerHead();
                head.Read(bytes.AsSpan(0, first)).ShouldBe(HeadState.Incomplete);
                head.Read(bytes.AsSpan(0, second)).ShouldBe(HeadState.Incomplete);
                head.Read(bytes).ShouldBe(HeadState.Whole);
                (head.Length, head.ContentLength, head.Fields.Length).ShouldBe((Plain.Length, 5, 4));
            }
        }
    }

    [Fact]
    public void Read_AnyBytes_NeverThrowsAndWhatIsWholeIsWellFormed()
    {
        var seeds = Gen.Elements(Plain, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", "HTTP/1.1 503 X\r\nContent-Type: application/problem+json\r\nContent-Length: 0\r\n\r\n");
        var bytes = Gen.Elements<byte>(0, 9, 10, 13, 32, 44, 48, 57, 58, 59, 65, 122, 127, 128, 255);
        var cases =
            from seed in seeds
            from changes in (from at in Gen.Choose(0, 200) from what in bytes from how in Gen.Choose(0, 2) select (at, what, how)).ArrayOf().Resize(6)
            select (seed, changes);
        Prop.ForAll(Arb.From(cases), c =>
        {
            var text = Encoding.Latin1.GetBytes(c.seed).ToList();
            foreach (var (at, what, how) in c.changes)
            {
                var place = at % text.Count;
                if (how == 0)
                    text[place] = what;
                else if (how == 1)
                    text.Insert(place, what);
                else if (text.Count > 1)
                    text.RemoveAt(place);
            }

            var head = new AnswerHead();
            var given = text.ToArray();
            if (head.Read(given) != HeadState.Whole)
                return true;
            var lines = Encoding.Latin1.GetString(given, 0, head.Length - 4).Split("\r\n");
            return lines.All(static l => l.AsSpan().IndexOfAny("\r\n\0") < 0)
                && head.Fields.Length == lines.Length - 1
                && lines.Skip(1).All(static l => l.IndexOf(':') > 0 && !char.IsWhiteSpace(l[0]) && l[l.IndexOf(':') - 1] is not (' ' or '\t'))
                && lines.Count(static l => l.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase)) + lines.Count(static l => l.StartsWith("transfer-encoding:", StringComparison.OrdinalIgnoreCase)) <= 1;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static AnswerHead Read(string text, out HeadState state)
    {
        var head = new AnswerHead();
        state = head.Read(Encoding.Latin1.GetBytes(text));
        return head;
    }

    private static List<string> Fields(AnswerHead head, string text)
    {
        var fields = new List<string>();
        foreach (var f in head.Fields)
            fields.Add($"{text.Substring(f.NameAt, f.NameLength)}={text.Substring(f.ValueAt, f.ValueLength)}");
        return fields;
    }
}
