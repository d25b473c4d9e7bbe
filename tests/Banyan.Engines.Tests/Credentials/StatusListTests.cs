using System.IO.Compression;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Credentials.Status;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Credentials;

public class StatusListTests
{
    /// <summary>The example of W3C Bitstring Status List v1.0, section 2.2: 16 KB of zeros.</summary>
    [Fact]
    public void Decode_TheSpecificationsExample_HasNobodyRevoked()
    {
        var list = StatusList.Decode("uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA", out var problem);
        problem.ShouldBeNull();
        list!.Count.ShouldBe(131_072);
        Enumerable.Range(0, list.Count).Any(i => list[i]).ShouldBeFalse();
    }

    /// <summary>Section 3.3: the first index is the left-most bit of the first byte.</summary>
    [Fact]
    public void Encode_TheFirstAndTheLast_AreTheOutermostBits()
    {
        var bytes = Unpack(StatusList.Of([0, 9, 131_071]).Encode());
        bytes.Length.ShouldBe(16 * 1024);
        (bytes[0], bytes[1], bytes[^1]).ShouldBe(((byte)0x80, (byte)0x40, (byte)0x01));
    }

    [Fact]
    public void Encode_AnyEntries_ComeBack() => Prop.ForAll(Gen.Choose(0, StatusList.Fewest - 1).ListOf().ToArbitrary(), static set =>
    {
        var list = StatusList.Decode(StatusList.Of(set).Encode(), out _)!;
        Enumerable.Range(0, list.Count).Where(i => list[i]).ShouldBe(set.Distinct().Order());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Decode_ABomb_IsGivenUpAtTheLimit()
    {
        var bomb = Pack(new byte[64 << 20]);
        bomb.Length.ShouldBeLessThan(200_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        StatusList.Decode(bomb, out var problem).ShouldBeNull();
        problem!.ShouldContain("unpacks to more");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16L << 20);
    }

    [Fact]
    public void Decode_TooSmall_IsRefused()
    {
        StatusList.Decode(Pack(new byte[16 * 1024 - 1]), out var problem).ShouldBeNull();
        problem!.ShouldContain("fewer than 131072");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("H4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA")]
    [InlineData("zH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA")]
    [InlineData("uAAAA")]
    [InlineData("u====")]
    public void Decode_WhatIsNone_IsRefused(string? text)
    {
        StatusList.Decode(text, out var problem).ShouldBeNull();
        problem.ShouldNotBeNull();
    }

    [Fact]
    public void Entry_BeyondTheList_Throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => StatusList.Of([])[StatusList.Fewest]);
        Should.Throw<ArgumentOutOfRangeException>(() => StatusList.Of([StatusList.Fewest]));
    }

    private static string Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(bytes);
        return "u" + Base64UrlText.Encode(packed.ToArray());
    }

    private static byte[] Unpack(string text)
    {
        using var gzip = new GZipStream(new MemoryStream(Base64UrlText.Decode(text.AsSpan(1))!), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
