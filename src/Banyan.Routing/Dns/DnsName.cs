using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns;

/// <summary>
/// A domain name, absolute: labels of 1 to 63 bytes, at most 255 bytes in all (RFC 1035 section 3.1). Equal without regard
/// to ASCII case (RFC 4343); the case it was written with is kept. Immutable.
/// </summary>
public sealed class DnsName : IEquatable<DnsName>
{
    private readonly byte[] _wire;

    private DnsName(byte[] wire) => _wire = wire;

    /// <summary>The name above all others.</summary>
    public static DnsName Root { get; } = new([0]);

    /// <summary>As it is in a message, without compression; the last byte is the root's label, 0.</summary>
    public ReadOnlySpan<byte> Bytes => _wire;

    /// <summary>The name without its first label; null for the root.</summary>
    public DnsName? Parent => _wire.Length == 1 ? null : new DnsName(_wire[(1 + _wire[0])..]);

    /// <summary>How many labels it has; 0 for the root.</summary>
    public int Labels
    {
        get
        {
            var count = 0;
            for (var at = 0; _wire[at] != 0; at += 1 + _wire[at])
                count++;
            return count;
        }
    }

    /// <summary>Reads <c>www.example.test</c>, with or without the last dot; <c>\.</c> and <c>\042</c> stand for a byte (RFC 1035 section 5.1).</summary>
    /// <returns>Whether it is a name.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        if (text is ".")
        {
            name = Root;
            return true;
        }

        Span<byte> wire = stackalloc byte[Protocol.MaxName];
        var (label, next) = (0, 1); // where the label's length goes, where its next byte goes
        for (var i = 0; i < text.Length; i++)
        {
            int value = text[i];
            if (value == '.')
            {
                if (!EndLabel(wire, ref label, ref next))
                    return false;
                continue;
            }

            if (value == '\\')
            {
                if (i + 1 >= text.Length)
                    return false;
                if (!char.IsAsciiDigit(text[i + 1]))
                    value = text[++i];
                else if (i + 3 < text.Length && byte.TryParse(text.Slice(i + 1, 3), NumberStyles.None, null, out var number))
                    (value, i) = (number, i + 3);
                else
                    return false;
            }

            if (value > byte.MaxValue || next >= wire.Length)
                return false;
            wire[next++] = (byte)value;
        }

        if (next != label + 1 && !EndLabel(wire, ref label, ref next))
            return false;
        if (label == 0)
            return false;
        wire[label] = 0;
        name = new DnsName(wire[..(label + 1)].ToArray());
        return true;
    }

    /// <summary>Reads a name that is known to be one.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static DnsName Parse(string text) => TryParse(text, out var name) ? name : throw new FormatException($"'{text}' is not a domain name");

    /// <summary>Whether it is <paramref name="zone"/> or below it.</summary>
    public bool IsWithin(DnsName zone)
    {
        for (var at = 0; ; at += 1 + _wire[at])
        {
            if (_wire.Length - at == zone._wire.Length)
                return SameBytes(_wire.AsSpan(at), zone._wire);
            if (_wire[at] == 0)
                return false;
        }
    }

    public bool Equals(DnsName? other) => other is not null && SameBytes(_wire, other._wire);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var b in _wire)
            hash.Add(Lower(b));
        return hash.ToHashCode();
    }

    /// <summary>As text that <see cref="TryParse"/> reads, with the last dot.</summary>
    public override string ToString()
    {
        if (_wire.Length == 1)
            return ".";
        var text = new StringBuilder(_wire.Length);
        for (var at = 0; _wire[at] != 0; at += 1 + _wire[at])
        {
            foreach (var b in _wire.AsSpan(at + 1, _wire[at]))
                _ = b is (byte)'.' or (byte)'\\' ? text.Append('\\').Append((char)b) : b is > 32 and < 127 ? text.Append((char)b) : text.Append('\\').Append(b.ToString("000"));
            text.Append('.');
        }

        return text.ToString();
    }

    /// <summary>Makes a name of bytes that <see cref="NameReader"/> found well formed.</summary>
    internal static DnsName OfWire(ReadOnlySpan<byte> wire) => wire.Length == 1 ? Root : new DnsName(wire.ToArray());

    /// <summary>A byte in lower case. Lengths of labels are below <c>A</c>, so a whole name can be lowered byte by byte.</summary>
    internal static byte Lower(byte b) => (uint)(b - 'A') <= 'Z' - 'A' ? (byte)(b | 0x20) : b;

    private static bool SameBytes(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.Length != b.Length)
            return false;
        for (var i = 0; i < a.Length; i++)
        {
            if (Lower(a[i]) != Lower(b[i]))
                return false;
        }

        return true;
    }

    private static bool EndLabel(Span<byte> wire, ref int label, ref int next)
    {
        var size = next - label - 1;
        if (size is 0 or > Protocol.MaxLabel || next >= wire.Length)
            return false;
        wire[label] = (byte)size;
        label = next++;
        return true;
    }
}
