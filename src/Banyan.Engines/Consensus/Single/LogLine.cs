using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Banyan.Engines.Consensus.Single;

/// <summary>A line of the store's file: eight hexadecimal digits of CRC-32C, a blank, JSON. Pure.</summary>
internal static class LogLine
{
    private const int JsonAt = 9;

    /// <summary>Writes a record.</summary>
    public static void Encode(LogRecord record, IBufferWriter<byte> to)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, LogJson.Default.LogRecord);
        var line = to.GetSpan(JsonAt + json.Length + 1);
        Checksum(json).TryFormat(line, out _, "x8", CultureInfo.InvariantCulture);
        line[JsonAt - 1] = (byte)' ';
        json.CopyTo(line[JsonAt..]);
        line[JsonAt + json.Length] = (byte)'\n';
        to.Advance(JsonAt + json.Length + 1);
    }

    /// <summary>The record of a line, without its end; null where it is damaged.</summary>
    public static LogRecord? Decode(ReadOnlySpan<byte> line)
    {
        if (line.Length <= JsonAt || line[JsonAt - 1] != (byte)' ' || !uint.TryParse(line[..(JsonAt - 1)], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum) || checksum != Checksum(line[JsonAt..]))
            return null;
        return JsonSerializer.Deserialize(line[JsonAt..], LogJson.Default.LogRecord);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
