namespace Banyan.Engines.Evm.Trie;

/// <summary>Paths in a trie: half bytes, and their compact form (Yellow Paper, appendix C). Pure.</summary>
internal static class TriePath
{
    /// <summary>The two halves of each byte.</summary>
    public static byte[] Of(ReadOnlySpan<byte> key)
    {
        var halves = new byte[2 * key.Length];
        for (var i = 0; i < key.Length; i++)
            (halves[2 * i], halves[(2 * i) + 1]) = ((byte)(key[i] >> 4), (byte)(key[i] & 0xf));
        return halves;
    }

    /// <summary>The compact form: whether the count is odd, and whether it ends in a leaf, in the first half byte.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> halves, bool isLeaf)
    {
        var packed = new byte[1 + (halves.Length / 2)];
        var odd = halves.Length & 1;
        packed[0] = (byte)((isLeaf ? 0x20 : 0) | (odd << 4) | (odd == 1 ? halves[0] : 0));
        for (var i = 1; i < packed.Length; i++)
            packed[i] = (byte)((halves[odd + (2 * i) - 2] << 4) | halves[odd + (2 * i) - 1]);
        return packed;
    }

    /// <summary>Reads the compact form; false where it is none.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, out byte[] halves, out bool isLeaf)
    {
        (halves, isLeaf) = ([], false);
        if (packed.IsEmpty || packed[0] > 0x3f || ((packed[0] & 0x10) == 0 && (packed[0] & 0xf) != 0))
            return false;
        isLeaf = (packed[0] & 0x20) != 0;
        var all = Of(packed);
        halves = all[((packed[0] & 0x10) != 0 ? 1 : 2)..];
        return true;
    }
}
