using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Banyan.Engines.Evm.Rlp;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

public class RlpTests
{
    [Fact]
    public void Writer_RlpTest_IsItsEncoding()
    {
        var seen = 0;
        foreach (var vector in EvmVectors.Read("ethereum/RLPTests/rlptest.json").EnumerateObject())
        {
            var expected = EvmVectors.Bytes(vector.Value.GetProperty("out").GetString()!);
            var writer = new RlpWriter(new byte[expected.Length + 64]);
            Write(ref writer, vector.Value.GetProperty("in"));
            Convert.ToHexStringLower(writer.Written).ShouldBe(Convert.ToHexStringLower(expected), vector.Name);
            IsCanonical(expected).ShouldBeTrue(vector.Name);
            seen++;
        }

        seen.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Reader_InvalidRlpTest_IsRefused()
    {
        var seen = 0;
        foreach (var vector in EvmVectors.Read("ethereum/RLPTests/invalidRLPTest.json").EnumerateObject())
        {
            IsCanonical(EvmVectors.Bytes(vector.Value.GetProperty("out").GetString()!)).ShouldBeFalse(vector.Name);
            seen++;
        }

        seen.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Reader_RandomRlpTests_AreTaken()
    {
        foreach (var file in Directory.GetFiles(EvmVectors.Path("ethereum/RLPTests/RandomRLPTests"), "*.json"))
        {
            foreach (var vector in EvmVectors.Read(file).EnumerateObject())
                IsCanonical(EvmVectors.Bytes(vector.Value.GetProperty("out").GetString()!)).ShouldBe(vector.Value.GetProperty("in").GetString() == "VALID", vector.Name);
        }
    }

    /// <summary>Whatever bytes: reading never throws, and what it takes is the one encoding of what it read.</summary>
    [Fact]
    public void Reader_AnyBytes_NeverThrowsAndIsCanonical() => Prop.ForAll<byte[]>(static bytes =>
    {
        var reader = new RlpReader(bytes);
        if (reader.IsList || !reader.TryBytes(out var value) || !reader.AtEnd)
            return true;
        var writer = new RlpWriter(new byte[bytes.Length + 16]);
        writer.Bytes(value);
        return writer.Written.SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    private static bool IsCanonical(ReadOnlySpan<byte> bytes)
    {
        var reader = new RlpReader(bytes);
        return One(ref reader) && reader.AtEnd;
    }

    private static bool One(ref RlpReader reader)
    {
        if (!reader.IsList)
            return reader.TryBytes(out _);
        if (!reader.TryList(out var items))
            return false;
        while (!items.AtEnd)
        {
            if (!One(ref items))
                return false;
        }

        return true;
    }

    private static void Write(ref RlpWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                var mark = writer.Mark;
                foreach (var item in value.EnumerateArray().Reverse())
                    Write(ref writer, item);
                writer.List(mark);
                break;
            case JsonValueKind.Number:
                writer.Bytes(Minimal(new BigInteger(value.GetInt64())));
                break;
            default:
                var text = value.GetString()!;
                writer.Bytes(text.StartsWith('#') ? Minimal(BigInteger.Parse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture)) : Encoding.Latin1.GetBytes(text));
                break;
        }
    }

    private static byte[] Minimal(BigInteger number) => number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true);
}
