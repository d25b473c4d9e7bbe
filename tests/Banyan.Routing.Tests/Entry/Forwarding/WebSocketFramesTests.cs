using System.Buffers.Binary;
using Banyan.Routing.Entry.Forwarding;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry.Forwarding;

public class WebSocketFramesTests
{
    [Fact]
    public void MayClose_AnyFramesInAnyPieces_OnlyBetweenFrames()
    {
        var cases = from lengths in Gen.Elements(0, 1, 125, 126, 127, 65_535, 65_536).ListOf(4) from step in Gen.Choose(1, 5000) select (lengths, step);
        Prop.ForAll(Arb.From(cases), c =>
        {
            List<byte> bytes = [];
            HashSet<int> ends = [0];
            foreach (var length in c.lengths)
            {
                bytes.AddRange(Frame(0x82, length));
                ends.Add(bytes.Count);
            }

            var frames = new WebSocketFrames();
            for (var at = 0; ; at += c.step)
            {
                if (frames.MayClose != ends.Contains(Math.Min(at, bytes.Count)))
                    return false;
                if (at >= bytes.Count)
                    return true;
                frames.Pass(bytes.Skip(at).Take(c.step).ToArray());
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void MayClose_CellHasClosedOrFramesAreNotAServers_Never()
    {
        var closed = new WebSocketFrames();
        closed.Pass(Frame(0x88, 2));
        closed.MayClose.ShouldBeFalse();
        var masked = new WebSocketFrames();
        masked.Pass([0x82, 0x80, 1, 2, 3, 4]);
        masked.MayClose.ShouldBeFalse();
        var negative = new WebSocketFrames();
        negative.Pass([0x82, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0]);
        negative.MayClose.ShouldBeFalse();
    }

    private static byte[] Frame(byte first, int length)
    {
        List<byte> frame = [first];
        var extended = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(extended, length);
        if (length < 126)
            frame.Add((byte)length);
        else if (length <= ushort.MaxValue)
            frame.AddRange([126, .. extended[6..]]);
        else
            frame.AddRange([127, .. extended]);
        frame.AddRange(new byte[length]);
        return [.. frame];
    }
}
