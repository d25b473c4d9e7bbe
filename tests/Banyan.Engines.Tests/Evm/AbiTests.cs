using System.Numerics;
using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

public class AbiTests
{
    [Fact]
    public void Encode_AbiTests_IsTheirEncoding()
    {
        var seen = 0;
        foreach (var vector in EvmVectors.Read("ethereum/ABITests/basic_abi_tests.json").EnumerateObject())
        {
            AbiParameter[] types = [.. vector.Value.GetProperty("types").EnumerateArray().Select(t => new AbiParameter(AbiType.Parse(t.GetString()!)))];
            object[] values = [.. vector.Value.GetProperty("args").EnumerateArray().Select((a, i) => ValueOf(types[i].Type, a))];
            var expected = vector.Value.GetProperty("result").GetString()!;
            var encoded = AbiEncoder.Encode([], types, values);
            Convert.ToHexStringLower(encoded).ShouldBe(expected, vector.Name);
            AbiDecoder.TryDecode(types, encoded, out var back, out var problem).ShouldBeTrue(problem);
            Convert.ToHexStringLower(AbiEncoder.Encode([], types, back)).ShouldBe(expected);
            seen++;
        }

        seen.ShouldBe(3);
    }

    /// <summary>The examples that the contract ABI specification prints in full.</summary>
    [Fact]
    public void Encode_SpecificationsExamples_AreThose()
    {
        Call("baz(uint32,bool)", 69, true).ShouldBe("cdcd77c0" + Word("45") + Word("1"));
        Call("bar(bytes3[2])", new object[] { "abc"u8.ToArray(), "def"u8.ToArray() }.AsItem()).ShouldBe("fce353f6" + Left("616263") + Left("646566"));
        Call("sam(bytes,bool,uint256[])", "dave"u8.ToArray(), true, new[] { 1, 2, 3 }).ShouldBe("a5643bf2" + Word("60") + Word("1") + Word("a0") + Word("4") + Left("64617665") + Word("3") + Word("1") + Word("2") + Word("3"));
        Call("f(uint256,uint32[],bytes10,bytes)", 0x123, new[] { 0x456, 0x789 }, "1234567890"u8.ToArray(), "Hello, world!"u8.ToArray()).ShouldBe(
            "8be65246" + Word("123") + Word("80") + Left("31323334353637383930") + Word("e0") + Word("2") + Word("456") + Word("789") + Word("d") + Left("48656c6c6f2c20776f726c6421"));
        Call("g(uint256[][],string[])", new[] { new[] { 1, 2 }, new[] { 3 } }, new[] { "one", "two", "three" }).ShouldBe(
            "2289b18c" + Word("40") + Word("140") + Word("2") + Word("40") + Word("a0") + Word("2") + Word("1") + Word("2") + Word("1") + Word("3")
            + Word("3") + Word("60") + Word("a0") + Word("e0") + Word("3") + Left("6f6e65") + Word("3") + Left("74776f") + Word("5") + Left("7468726565"));
    }

    /// <summary>Any type with a value for it: what is encoded is decoded to the same, and encodes to the same.</summary>
    [Fact]
    public void Encode_AnyTypeAndValue_RoundTrips() => Prop.ForAll(AbiValueGenerator.Cases.ToArbitrary(), static item =>
    {
        AbiParameter[] parameters = [new(item.Type, "it")];
        var encoded = AbiEncoder.Encode([], parameters, [item.Value]);
        return AbiType.Parse(item.Type.Name).Name == item.Type.Name && encoded.Length % 32 == 0 && AbiDecoder.TryDecode(parameters, encoded, out var back, out _) && AbiEncoder.Encode([], parameters, back).AsSpan().SequenceEqual(encoded);
    }).QuickCheckThrowOnFailure();

    /// <summary>Data of strangers: any bytes, and good data with a byte changed or cut off.</summary>
    [Fact]
    public void TryDecode_AnyBytes_NeverThrows() => Prop.ForAll(AbiValueGenerator.Cases.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), static (item, seed) =>
    {
        AbiParameter[] parameters = [new(item.Type), new(AbiType.Parse("(string,bytes[],uint8)[]"))];
        var random = new Random(seed);
        var data = AbiEncoder.Encode([], parameters, [item.Value, Array.Empty<object>()]);
        data[random.Next(data.Length)] ^= (byte)(1 << random.Next(8));
        _ = AbiDecoder.TryDecode(parameters, data, out _, out _);
        _ = AbiDecoder.TryDecode(parameters, data.AsSpan(0, random.Next(data.Length)), out _, out _);
        random.NextBytes(data);
        return !AbiDecoder.TryDecode([new(AbiType.Parse("uint8")), .. parameters], data, out _, out var problem) && problem.Length > 0;
    }).QuickCheckThrowOnFailure();

    /// <summary>A few hundred bytes whose offsets lead to one another again and again would be billions of values.</summary>
    [Fact]
    public void TryDecode_OffsetsThatMultiply_IsRefused()
    {
        const int Items = 20;
        const int Levels = 10;
        var type = AbiType.Parse("uint256" + string.Concat(Enumerable.Repeat("[]", Levels)));
        var data = new byte[32 + (Levels * 32 * (Items + 1))];
        data[31] = 32;
        for (var level = 0; level < Levels; level++)
        {
            // A length, then as many offsets that all lead to the next level, right after them.
            var at = 32 + (level * 32 * (Items + 1));
            data[at + 31] = Items;
            for (var i = 1; i <= Items; i++)
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(at + (32 * i) + 28), level == Levels - 1 ? 0 : 32 * Items);
        }

        AbiDecoder.TryDecode([new(type)], data, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("beyond the data");
    }

    [Theory]
    [InlineData("uint8", "0000000000000000000000000000000000000000000000000000000000000100", "does not fit uint8")]
    [InlineData("int8", "0000000000000000000000000000000000000000000000000000000000000080", "does not fit int8")]
    [InlineData("bool", "0000000000000000000000000000000000000000000000000000000000000002", "neither 0 nor 1")]
    [InlineData("address", "0000000000000000000000010000000000000000000000000000000000000000", "more than 20 bytes")]
    [InlineData("bytes4", "0000000001000000000000000000000000000000000000000000000000000000", "more than 4 bytes")]
    [InlineData("bytes", "00000000000000000000000000000000000000000000000000000000ffffffff", "beyond the data")]
    [InlineData("string", "00000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000001ff00000000000000000000000000000000000000000000000000000000000000", "not UTF-8")]
    public void TryDecode_NotWhatAnEncoderWrites_NamesIt(string type, string hex, string problem)
    {
        AbiDecoder.TryDecode([new(AbiType.Parse(type))], Convert.FromHexString(hex), out _, out var said).ShouldBeFalse();
        said.ShouldContain(problem);
    }

    [Theory]
    [InlineData("uint7")]
    [InlineData("uint264")]
    [InlineData("bytes33")]
    [InlineData("bytes0")]
    [InlineData("uint08")]
    [InlineData("uint[")]
    [InlineData("(uint,")]
    [InlineData("uint x")]
    [InlineData("")]
    [InlineData("uint256[99999999999]")]
    [InlineData("uint256[1000000][1000000]")]
    public void Parse_NoType_IsRefused(string text) => Should.Throw<AbiException>(() => AbiType.Parse(text));

    [Fact]
    public void Encode_WrongArgument_NamesIt()
    {
        var function = AbiFunction.Parse("function pay(address to, uint8[2] parts)");
        Should.Throw<AbiException>(() => function.Encode(EvmAddress.Zero)).Message.ShouldContain("1 values");
        Should.Throw<AbiException>(() => function.Encode("0x00", new[] { 1, 2 })).Message.ShouldContain("to: String");
        Should.Throw<AbiException>(() => function.Encode(EvmAddress.Zero, new[] { 1, 256 })).Message.ShouldBe("parts: item 1: 256 does not fit uint8");
        Should.Throw<AbiException>(() => function.Encode(EvmAddress.Zero, new[] { 1 })).Message.ShouldContain("1 items for uint8[2]");
    }

    [Fact]
    public void Event_IndexedAndPlain_AreReadInOrder()
    {
        var transfer = AbiEvent.Parse("event Named(address indexed from, string indexed name, uint256 amount, bytes32 note)");
        var (from, note) = (EvmAddress.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), EvmHash.Parse("0x" + new string('7', 64)));
        EvmHash[] topics = [transfer.Topic, transfer.TopicOf(0, from), transfer.TopicOf(1, "banyan")];
        var data = AbiEncoder.Encode([], [new(AbiType.Parse("uint256")), new(AbiType.Parse("bytes32"))], [5, note]);
        transfer.TryDecode(topics, data, out var values, out var problem).ShouldBeTrue(problem);
        values[0].ShouldBe(from);
        values[1].ShouldBe(topics[2]);
        values[2].ShouldBe(new BigInteger(5));
        values[3].ShouldBe(note.ToArray());
        transfer.TryDecode([.. topics[..2], EvmHash.Zero, EvmHash.Zero], data, out _, out _).ShouldBeFalse();
        transfer.TryDecode([EvmHash.Zero, .. topics[1..]], data, out _, out _).ShouldBeFalse();
        AbiEvent.Parse("Transfer(address indexed,address indexed,uint256)").Topic.ToString().ShouldBe("0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
    }

    [Fact]
    public void Describe_Reverts_SaysThem()
    {
        var abi = ContractAbi.Parse("""[{"type":"error","name":"NotAWriter","inputs":[{"name":"who","type":"address"},{"name":"size","type":"uint64"}]},{"type":"constructor","inputs":[{"type":"tuple[2]","components":[{"type":"address"},{"type":"bytes"}]}]},{"type":"function","name":"f","inputs":[],"outputs":[{"type":"uint8"}],"stateMutability":"view"}]""");
        abi.Describe(EvmVectors.Bytes("08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000000a75736572206572726f7200000000000000000000000000000000000000000000")).ShouldBe("user error");
        abi.Describe(EvmVectors.Bytes("4e487b710000000000000000000000000000000000000000000000000000000000000011")).ShouldBe("arithmetic overflow (panic 0x11)");
        abi.Describe(AbiFunction.Parse("error NotAWriter(address who, uint64 size)").Encode(EvmAddress.Zero, 7)).ShouldBe("NotAWriter(0x0000000000000000000000000000000000000000, 7)");
        abi.Describe([1, 2, 3]).ShouldBeNull();
        abi.Constructor.Inputs[0].Type.Name.ShouldBe("(address,bytes)[2]");
        abi.Function("f").IsView.ShouldBeTrue();
        Should.Throw<AbiException>(() => abi.Function("g"));
    }

    private static string Call(string signature, params object[] arguments) => Convert.ToHexStringLower(AbiFunction.Parse(signature).Encode(arguments));

    private static string Word(string hex) => hex.PadLeft(64, '0');

    private static string Left(string hex) => hex.PadRight(64, '0');

    private static object ValueOf(AbiType type, JsonElement value) => type.Kind switch
    {
        AbiKind.Array => value.EnumerateArray().Select(i => ValueOf(type.Item!, i)).ToArray(),
        AbiKind.Address => EvmAddress.Parse(value.GetString()!),
        AbiKind.Bytes or AbiKind.FixedBytes => System.Text.Encoding.UTF8.GetBytes(value.GetString()!),
        _ => new BigInteger(value.GetInt64()),
    };
}

file static class Items
{
    /// <summary>One argument that is an array, not many.</summary>
    public static object AsItem(this object[] items) => items;
}
