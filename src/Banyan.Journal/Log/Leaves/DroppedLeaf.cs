namespace Banyan.Journal.Log.Leaves;

/// <summary>The leaf of an entry that retention had dropped before its partition had a log: it says its place and no more. Pure.</summary>
public static class DroppedLeaf
{
    /// <summary>Makes it.</summary>
    public static byte[] Of(string partition, long position)
    {
        var text = new CanonicalText(stackalloc byte[128]);
        text.Raw("{\"partition\":"u8);
        text.String(partition);
        text.Raw(",\"position\":"u8);
        text.Number(position);
        text.Raw(",\"v\":0}"u8);
        return text.ToArray();
    }
}
