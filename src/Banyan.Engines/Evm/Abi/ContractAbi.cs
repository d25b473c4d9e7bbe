using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Banyan.Engines.Evm.Abi;

/// <summary>What a contract offers, from the JSON that solc writes. Immutable.</summary>
public sealed class ContractAbi
{
    private static readonly AbiFunction Error = AbiFunction.Parse("error Error(string reason)");
    private static readonly AbiFunction Panic = AbiFunction.Parse("error Panic(uint256 code)");
    private readonly FrozenDictionary<string, AbiFunction> _functions;
    private readonly FrozenDictionary<string, AbiEvent> _events;
    private readonly FrozenDictionary<uint, AbiFunction> _errors;

    private ContractAbi(AbiFunction constructor, List<AbiFunction> functions, List<AbiEvent> events, List<AbiFunction> errors)
    {
        Constructor = constructor;
        Functions = functions;
        Events = events;
        Errors = errors;
        // Overloads are told apart by their signature; the plain name is the first's.
        _functions = functions.Concat(functions.DistinctBy(static f => f.Name)).DistinctBy(static f => f.Signature).ToDictionary(static f => f.Signature)
            .Concat(functions.DistinctBy(static f => f.Name).ToDictionary(static f => f.Name)).ToFrozenDictionary();
        _events = events.DistinctBy(static e => e.Signature).ToDictionary(static e => e.Signature).Concat(events.DistinctBy(static e => e.Name).ToDictionary(static e => e.Name)).ToFrozenDictionary();
        _errors = errors.DistinctBy(static e => e.Selector).ToFrozenDictionary(static e => e.Selector);
    }

    /// <summary>What creating it takes; without parameters where the JSON has none.</summary>
    public AbiFunction Constructor { get; }

    /// <summary>All functions.</summary>
    public IReadOnlyList<AbiFunction> Functions { get; }

    /// <summary>All events.</summary>
    public IReadOnlyList<AbiEvent> Events { get; }

    /// <summary>All errors of its own.</summary>
    public IReadOnlyList<AbiFunction> Errors { get; }

    /// <summary>A function by name, or by signature where the name has several.</summary>
    /// <exception cref="AbiException">There is none.</exception>
    public AbiFunction Function(string name) => _functions.TryGetValue(name, out var function) ? function : throw new AbiException($"the contract has no function {name}");

    /// <summary>An event by name or signature.</summary>
    /// <exception cref="AbiException">There is none.</exception>
    public AbiEvent Event(string name) => _events.TryGetValue(name, out var found) ? found : throw new AbiException($"the contract has no event {name}");

    /// <summary>Reads the <c>abi</c> array of solc's output.</summary>
    /// <exception cref="AbiException">It is not that.</exception>
    public static ContractAbi Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new AbiException($"not the JSON of a contract's ABI: {wrong.Message.TrimEnd('.')}");
        }
    }

    /// <summary>As <see cref="Parse"/>, of JSON that is read already.</summary>
    public static ContractAbi Read(JsonElement abi)
    {
        var constructor = new AbiFunction("", [], [], isView: false);
        var (functions, events, errors) = (new List<AbiFunction>(), new List<AbiEvent>(), new List<AbiFunction>());
        foreach (var entry in abi.EnumerateArray())
        {
            var name = entry.TryGetProperty("name", out var n) ? n.GetString() ?? "" : "";
            switch (entry.GetProperty("type").GetString())
            {
                case "constructor":
                    constructor = new("", Parameters(entry, "inputs"), [], isView: false);
                    break;
                case "function":
                    functions.Add(new(name, Parameters(entry, "inputs"), Parameters(entry, "outputs"), entry.TryGetProperty("stateMutability", out var m) && m.GetString() is "view" or "pure"));
                    break;
                case "event":
                    events.Add(new(name, Parameters(entry, "inputs"), entry.TryGetProperty("anonymous", out var anonymous) && anonymous.GetBoolean()));
                    break;
                case "error":
                    errors.Add(new(name, Parameters(entry, "inputs"), [], isView: true));
                    break;
                default:
                    break; // fallback and receive have no parameters
            }
        }

        return new(constructor, functions, events, errors);
    }

    /// <summary>Says a revert in words: <c>Error(string)</c>'s text, a panic's meaning, or an error of this contract with its arguments; null where it is none of these.</summary>
    public string? Describe(ReadOnlySpan<byte> revert) => DescribeStandard(revert) ?? (TryDecodeError(revert, out var error, out var values) ? Words(error, values) : null);

    /// <summary>Which of this contract's errors a revert is.</summary>
    public bool TryDecodeError(ReadOnlySpan<byte> revert, [NotNullWhen(true)] out AbiFunction? error, [NotNullWhen(true)] out object[]? values)
    {
        (error, values) = (null, null);
        return revert.Length >= 4 && _errors.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(revert), out error) && error.TryDecodeInput(revert, out values, out _);
    }

    /// <summary>Says Solidity's own reverts in words; null where it is another.</summary>
    public static string? DescribeStandard(ReadOnlySpan<byte> revert)
    {
        if (Error.TryDecodeInput(revert, out var text, out _))
            return (string)text[0];
        if (!Panic.TryDecodeInput(revert, out var code, out _))
            return null;
        var number = (System.Numerics.BigInteger)code[0];
        return (number <= 0x51 ? (int)number : 0) switch
        {
            0x01 => "assertion failed (panic 0x01)",
            0x11 => "arithmetic overflow (panic 0x11)",
            0x12 => "division by zero (panic 0x12)",
            0x21 => "not a value of the enum (panic 0x21)",
            0x22 => "broken storage byte array (panic 0x22)",
            0x31 => "pop of an empty array (panic 0x31)",
            0x32 => "index out of bounds (panic 0x32)",
            0x41 => "too much memory (panic 0x41)",
            0x51 => "call of an unset function (panic 0x51)",
            _ => string.Create(CultureInfo.InvariantCulture, $"panic {number}"),
        };
    }

    private static string Words(AbiFunction error, object[] values) => $"{error.Name}({string.Join(", ", values.Select(Word))})";

    private static string Word(object value) => value switch
    {
        byte[] bytes => Hex.Write(bytes),
        object[] items => $"[{string.Join(", ", items.Select(Word))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static List<AbiParameter> Parameters(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(static p => new AbiParameter(TypeOf(p), p.TryGetProperty("name", out var n) ? n.GetString() ?? "" : "", p.TryGetProperty("indexed", out var i) && i.GetBoolean()))] : [];

    private static AbiType TypeOf(JsonElement parameter)
    {
        var type = parameter.GetProperty("type").GetString()!;
        if (!type.StartsWith("tuple", StringComparison.Ordinal))
            return AbiType.Parse(type);
        var tuple = AbiType.TupleOf(Parameters(parameter, "components"));
        // What follows the word is [], [3][] and so on.
        var rest = type.AsSpan("tuple".Length);
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOf(']');
            if (rest[0] != '[' || end < 0)
                throw new AbiException($"'{type}' is no type");
            var digits = rest[1..end];
            tuple = digits.IsEmpty ? tuple.ArrayOf() : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? tuple.ArrayOf(count) : throw new AbiException($"'{type}' is no type");
            rest = rest[(end + 1)..];
        }

        return tuple;
    }
}
