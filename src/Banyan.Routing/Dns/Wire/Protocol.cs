namespace Banyan.Routing.Dns.Wire;

/// <summary>Numbers of the message format (RFC 1035 section 4, RFC 6891, RFC 7871).</summary>
internal static class Protocol
{
    public const int HeaderLength = 12;
    public const int MaxName = 255;
    public const int MaxLabel = 63;
    public const int MaxMessage = 65_535;

    /// <summary>What a client without EDNS takes over UDP.</summary>
    public const int PlainUdpSize = 512;

    public const ushort ClassInternet = 1;

    // The header's second word.
    public const ushort FlagResponse = 0x8000;
    public const ushort OpcodeMask = 0x7800;
    public const ushort FlagAuthoritative = 0x0400;
    public const ushort FlagTruncated = 0x0200;
    public const ushort FlagRecursionDesired = 0x0100;
    public const ushort FlagCheckingDisabled = 0x0010;
    public const ushort CodeMask = 0x000F;

    /// <summary>What of a query's flags its answer repeats: opcode, RD (RFC 1035) and CD (RFC 4035).</summary>
    public const ushort RepeatedFlags = OpcodeMask | FlagRecursionDesired | FlagCheckingDisabled;

    /// <summary>A label that starts with these bits is a pointer (RFC 1035 section 4.1.4).</summary>
    public const byte PointerBits = 0xC0;

    /// <summary>An OPT record without options: root, type, size, extended code, version, flags, length.</summary>
    public const int OptLength = 11;

    public const ushort OptionClientSubnet = 8;
    public const ushort FlagDnssecOk = 0x8000;
}
