using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Banyan.Engines.Evm;

/// <summary>The <c>0x</c> hex of JSON-RPC: data with two digits a byte, quantities without leading zeros.</summary>
internal static class Hex
{
    public static string Write(ReadOnlySpan<byte> bytes) => string.Concat("0x", Convert.ToHexStringLower(bytes));

    /// <summary>Reads exactly as many bytes as <paramref name="bytes"/> takes.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes) =>
        text.StartsWith("0x", StringComparison.Ordinal) && text.Length == 2 + (2 * bytes.Length) && Convert.FromHexString(text[2..], bytes, out _, out _) == OperationStatus.Done;

    public static bool TryRead(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || !text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0)
            return false;
        var read = new byte[(text.Length - 2) / 2];
        if (!TryRead(text, read))
            return false;
        bytes = read;
        return true;
    }

    /// <summary>Reads a string of JSON of exactly as many bytes.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, scoped Span<byte> bytes) =>
        TryDigits(ref reader, out var digits) && digits.Length == 2 * bytes.Length && Convert.FromHexString(digits, bytes, out _, out _) == OperationStatus.Done;

    /// <summary>Reads a string of JSON of whole bytes.</summary>
    public static bool TryRead(ref Utf8JsonReader reader, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!TryDigits(ref reader, out var digits) || digits.Length % 2 != 0)
            return false;
        var read = new byte[digits.Length / 2];
        if (Convert.FromHexString(digits, read, out _, out _) != OperationStatus.Done)
            return false;
        bytes = read;
        return true;
    }

    /// <summary>Reads a quantity: at least one digit, no leading zero, at most 256 bits.</summary>
    public static bool TryReadQuantity(ref Utf8JsonReader reader, out UInt256 value)
    {
        value = default;
        if (!TryDigits(ref reader, out var digits) || digits.Length is 0 or > 64 || (digits.Length > 1 && digits[0] == (byte)'0'))
            return false;
        Span<byte> padded = stackalloc byte[64];
        padded.Fill((byte)'0');
        digits.CopyTo(padded[(64 - digits.Length)..]);
        Span<byte> word = stackalloc byte[32];
        if (Convert.FromHexString(padded, word, out _, out _) != OperationStatus.Done)
            return false;
        value = UInt256.FromBigEndian(word);
        return true;
    }

    /// <summary>A quantity as JSON-RPC wants it.</summary>
    public static string Quantity(UInt256 value)
    {
        if (value.TryToUInt64(out var small))
            return $"0x{small:x}";
        Span<byte> word = stackalloc byte[32];
        value.WriteBigEndian(word);
        return string.Concat("0x", Convert.ToHexStringLower(word).AsSpan().TrimStart('0'));
    }

    private static bool TryDigits(ref Utf8JsonReader reader, out ReadOnlySpan<byte> digits)
    {
        digits = default;
        // Segmented or escaped text is no hex that a node writes: readers here are given one buffer.
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped || !reader.ValueSpan.StartsWith("0x"u8))
            return false;
        digits = reader.ValueSpan[2..];
        return true;
    }
}
