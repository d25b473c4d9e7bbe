using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Tests.Dns.Wire;

public class NameReaderTests
{
    [Fact]
    public void TryRead_Pointer_GivesWholeNameAndGoesOnBehindThePointer()
    {
        byte[] message = [9, 9, 4, .. "test"u8, 0, 1, (byte)'a', 0xC0, 2, 7];
        var position = 8;
        var name = new byte[Protocol.MaxName];
        NameReader.TryRead(message, ref position, name, out var length).ShouldBeTrue();
        DnsName.OfWire(name.AsSpan(0, length)).ShouldBe(DnsName.Parse("a.test"));
        position.ShouldBe(12);
    }

    [Theory]
    [InlineData("C000", 0, "a pointer to itself")]
    [InlineData("C002C000", 0, "a pointer forward")]
    [InlineData("0161C000", 0, "a pointer to where its own piece began")]
    [InlineData("C004C0000161C002", 4, "a loop over two pointers")]
    [InlineData("C0", 0, "half a pointer")]
    [InlineData("4061", 0, "a label of a type that does not exist")]
    [InlineData("8061", 0, "a label of another type that does not exist")]
    [InlineData("0561", 0, "a label that is cut off")]
    [InlineData("0161", 0, "a name without an end")]
    [InlineData("", 0, "nothing")]
    public void TryRead_Hostile_GivesFalse(string hex, int start, string what) =>
        NameReader.TryRead(Convert.FromHexString(hex), ref start, new byte[Protocol.MaxName], out _).ShouldBeFalse(what);

    [Fact]
    public void TryRead_PointersThatMakeItLongerThan255_GivesFalse()
    {
        // four labels of 60, then again and again the same through pointers
        var message = new List<byte>();
        for (var i = 0; i < 4; i++)
            message.AddRange([60, .. new byte[60]]);
        message.Add(0);
        var start = message.Count;
        message.AddRange([20, .. new byte[20], 0xC0, 0]);
        NameReader.TryRead(message.ToArray(), ref start, new byte[Protocol.MaxName], out _).ShouldBeFalse();
    }

    [Fact]
    public void TryRead_DeepestChainOfPointers_EndsQuickly()
    {
        // each pointer to the one before: 8,000 of them lead to a name without a single label
        var message = new List<byte> { 0 };
        for (var i = 0; i < 8_000; i++)
        {
            var target = i == 0 ? 0 : 1 + (2 * (i - 1));
            message.AddRange([(byte)(0xC0 | (target >> 8)), (byte)target]);
        }

        var start = message.Count - 2;
        NameReader.TryRead(message.ToArray(), ref start, new byte[Protocol.MaxName], out var length).ShouldBeFalse();
        length.ShouldBe(0);
    }

    [Theory]
    [InlineData("00", 1)]
    [InlineData("016100", 3)]
    [InlineData("0161", 0)]
    [InlineData("C00C", 0)]
    [InlineData("", 0)]
    public void MeasurePlain_Name_GivesLength(string hex, int length) => NameReader.MeasurePlain(Convert.FromHexString(hex)).ShouldBe(length);

    [Fact]
    public void MeasurePlain_LongerThan255_GivesZero()
    {
        byte[] labels(int count) => [.. Enumerable.Repeat(new byte[] { 1, 97 }, count).SelectMany(static l => l), 0];
        NameReader.MeasurePlain(labels(127)).ShouldBe(255);
        NameReader.MeasurePlain(labels(128)).ShouldBe(0);
    }
}
