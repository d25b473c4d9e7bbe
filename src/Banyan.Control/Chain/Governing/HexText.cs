namespace Banyan.Control.Chain.Governing;

/// <summary>Bytes as people of chains write them.</summary>
internal static class HexText
{
    /// <summary><c>0x</c> and two digits a byte.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => string.Concat("0x", Convert.ToHexStringLower(bytes));
}
