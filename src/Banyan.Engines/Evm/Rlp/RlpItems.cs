namespace Banyan.Engines.Evm.Rlp;

/// <summary>RLP of what is not hot: each item an array of its own. Pure.</summary>
internal static class RlpItems
{
    private const int MostHeader = 9;

    public static byte[] Bytes(ReadOnlySpan<byte> bytes)
    {
        var writer = new RlpWriter(new byte[bytes.Length + MostHeader]);
        writer.Bytes(bytes);
        return writer.Written.ToArray();
    }

    public static byte[] Number(UInt256 value)
    {
        var writer = new RlpWriter(new byte[32 + MostHeader]);
        writer.Number(value);
        return writer.Written.ToArray();
    }

    /// <summary>A list of items that are encoded already.</summary>
    public static byte[] List(params ReadOnlySpan<byte[]> items)
    {
        var length = MostHeader;
        foreach (var item in items)
            length += item.Length;
        var writer = new RlpWriter(new byte[length]);
        for (var i = items.Length - 1; i >= 0; i--)
            writer.Raw(items[i]);
        writer.List(0);
        return writer.Written.ToArray();
    }
}
