using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Journal.Log.Leaves;

namespace Banyan.Journal.Tests.Log.Leaves;

public class EntryLeafTests
{
    private static readonly JournalEntry Entry = new(
        7, 3, Guid.Parse("0192f0c1-2345-7abc-8def-0123456789ab"), new DateTimeOffset(2026, 11, 21, 15, 0, 0, TimeSpan.Zero).AddTicks(1_234_560), "north",
        "disaster.alerts", "banyan.disaster.alert.issued.v1", "alert/ü", "application/json", """{"a":1}""", TraceParent: "00-x")
    {
        Actor = "north.AAAA", Salt = Guid.Parse("00112233-4455-4677-8899-aabbccddeeff"),
    };

    [Fact]
    public void Of_AnEntry_IsTheDocumentedLine()
    {
        var text = Encoding.UTF8.GetString(EntryLeaf.Of(Entry));

        var commitment = Convert.ToBase64String(LeafCommitment.Compute(Entry.Salt!.Value, Entry.Actor, Entry.Subject, Entry.Data));
        text.ShouldBe($$"""{"commitment":"{{commitment}}","content_type":"application/json","epoch":3,"id":"0192f0c1-2345-7abc-8def-0123456789ab","partition":"north","position":7,"recorded_at":"2026-11-21T15:00:00.123456Z","topic":"disaster.alerts","type":"banyan.disaster.alert.issued.v1","v":1}""");
        foreach (var hidden in new[] { Entry.Actor, Entry.Subject, Entry.Data, "00112233" })
            text.ShouldNotContain(hidden!);
    }

    [Fact]
    public void Compute_ByHand_IsTheSame()
    {
        // As an independent reader of docs/log.md would do it.
        var bytes = new List<byte>(Encoding.ASCII.GetBytes("banyan-leaf-v1"));
        bytes.Add(0);
        bytes.AddRange(Convert.FromHexString("00112233445546778899aabbccddeeff"));
        foreach (var part in new[] { "north.AAAA", "alert/ü", """{"a":1}""" })
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, Encoding.UTF8.GetByteCount(part));
            bytes.AddRange(length);
            bytes.AddRange(Encoding.UTF8.GetBytes(part));
        }

        LeafCommitment.Compute(Entry.Salt!.Value, Entry.Actor, Entry.Subject, Entry.Data).ShouldBe(SHA256.HashData(bytes.ToArray()));
    }

    [Fact]
    public void Of_ErasedEntry_IsWhatItWas()
    {
        var commitment = LeafCommitment.Compute(Entry.Salt!.Value, Entry.Actor, Entry.Subject, Entry.Data);

        EntryLeaf.Of(Entry with { Actor = null, Subject = null, Data = "", Salt = null, Commitment = commitment }).ShouldBe(EntryLeaf.Of(Entry));
    }

    [Fact]
    public void Compute_PartsMovedFromOneToTheOther_Differs() =>
        LeafCommitment.Compute(Guid.Empty, "ab", "c", "d").ShouldNotBe(LeafCommitment.Compute(Guid.Empty, "a", "bc", "d"));

    [Fact]
    public void Compute_DataLargerThanTheStack_IsTheSameAsInOne()
    {
        var data = new string('é', 100_000);
        var bytes = (byte[])[.. "banyan-leaf-v1\0"u8, .. new byte[16], 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0x0d, 0x40, .. Encoding.UTF8.GetBytes(data)];

        LeafCommitment.Compute(Guid.Empty, null, null, data).ShouldBe(SHA256.HashData(bytes));
    }

    [Fact]
    public void Of_LongestNames_FitsABundle()
    {
        var longest = new string('\u0001', 1024);
        var leaf = EntryLeaf.Of(Entry with { Topic = longest, Type = longest, ContentType = longest, Position = long.MaxValue, Partition = longest });

        leaf.Length.ShouldBeLessThan(EntryLeaf.MaxLength);
        JsonDocument.Parse(leaf).RootElement.GetProperty("topic").GetString().ShouldBe(longest);
    }

    [Fact]
    public void Of_NeitherSaltNorCommitment_SaysThatTheRowWasAltered() =>
        Should.Throw<InvalidOperationException>(() => EntryLeaf.Of(Entry with { Salt = null })).Message.ShouldContain("entry 7 has neither salt nor commitment");
}
