using System.Text.Json;
using Banyan.Engines.Evm.Abi;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Errors of nodes as values.</summary>
internal static class RpcErrors
{
    private const int MaxMessage = 300;

    /// <summary>What nodes say of a transaction that they have already: Geth, Besu, Nethermind, Anvil.</summary>
    private static readonly string[] Known = ["already known", "known transaction", "alreadyknown", "already imported"];

    public static EvmError Nonsense(string endpoint, string method, string problem) => new(EvmFailure.Nonsense, $"{endpoint} answered nonsense to {method}: {Clean(problem)}");

    public static EvmError Unreachable(string endpoint, string problem) => new(EvmFailure.Unreachable, $"{endpoint} can't be asked: {Clean(problem)}");

    public static bool IsKnownTransaction(EvmError error) => error.Failure == EvmFailure.Refused && Says(error, Known);

    public static bool IsNonceTooLow(EvmError error) => Says(error, "nonce too low", "oldnonce", "nonce is too low", "nonce below");

    public static bool IsUnderpriced(EvmError error) => Says(error, "underpriced", "replacement", "fee too low", "gas price below", "feetoolow", "gas price too low", "less than block base fee", "max fee per gas");

    public static bool IsRangeTooLarge(EvmError error) => error.Code is -32005 or -32012 || Says(error, "more than", "too large", "too many", "limit", "range", "exceed");

    /// <summary>Reads an error object.</summary>
    public static EvmError FromNode(ref Utf8JsonReader reader, string endpoint, string method)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return Nonsense(endpoint, method, "an error is an object");
        using var document = JsonDocument.ParseValue(ref reader);
        var error = document.RootElement;
        var code = error.TryGetProperty("code", out var c) && c.ValueKind == JsonValueKind.Number && c.TryGetInt32(out var number) ? number : (int?)null;
        var message = Clean(error.TryGetProperty("message", out var m) && m.ValueKind == JsonValueKind.String ? m.GetString()! : "no message");
        var data = error.TryGetProperty("data", out var d) ? RevertOf(d, 0) : null;
        var reverted = code == 3 || message.Contains("revert", StringComparison.OrdinalIgnoreCase);
        var reason = data is null ? null : ContractAbi.DescribeStandard(data) is { } text ? Clean(text) : null;
        var failure = reverted ? EvmFailure.Reverted : message.Contains("insufficient funds", StringComparison.OrdinalIgnoreCase) || message.Contains("upfront cost", StringComparison.OrdinalIgnoreCase) ? EvmFailure.InsufficientFunds : EvmFailure.Refused;
        return new EvmError(failure, $"{endpoint} refused {method}: {message}{(reason is null || message.Contains(reason, StringComparison.Ordinal) ? "" : $" ({reason})")}")
        {
            Code = code, Reason = reason, Data = data ?? [],
        };
    }

    /// <summary>The data of a revert, which nodes give as text or within objects.</summary>
    private static byte[]? RevertOf(JsonElement data, int depth) => data.ValueKind switch
    {
        JsonValueKind.String => Hex.TryRead(data.GetString(), out var bytes) ? bytes : null,
        JsonValueKind.Object when depth < 3 && data.TryGetProperty("data", out var inner) => RevertOf(inner, depth + 1),
        _ => null,
    };

    private static bool Says(EvmError error, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (error.Message.Contains(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>A stranger's text on one line of bounded length.</summary>
    internal static string Clean(string text)
    {
        var line = text.Length > MaxMessage ? string.Concat(text.AsSpan(0, MaxMessage), "…") : text;
        return line.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 ? line : string.Concat(line.Select(static c => char.IsControl(c) ? ' ' : c));
    }
}
