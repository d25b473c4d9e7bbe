using System.Security.Cryptography;
using Banyan.Journal.Log.Merkle;

namespace Banyan.Journal.Tests.Log.Merkle;

/// <summary>RFC 6962, section 2.1, word for word: recursive, and with its own hashing. What everything else is compared with.</summary>
internal sealed class NaiveTree(IReadOnlyList<byte[]> leaves)
{
    private readonly Dictionary<(int, int), byte[]> _roots = [];

    public static NaiveTree Of(int size) => new([.. Enumerable.Range(0, size).Select(static i => BitConverter.GetBytes(i))]);

    public MerkleHash RangeRoot(int start, int end) => new(Root(start, end));

    public MerkleHash LeafHash(int index) => new(Root(index, index + 1));

    public MerkleHash RootAt(int size) => new(Root(0, size));

    public MerkleHash[] Path(int index, int size) => [.. Path(index, 0, size).Select(static h => new MerkleHash(h))];

    public MerkleHash[] Proof(int oldSize, int newSize) => oldSize == newSize ? [] : [.. SubProof(oldSize, 0, newSize, true).Select(static h => new MerkleHash(h))];

    private byte[] Root(int start, int end)
    {
        lock (_roots)
            return _roots.TryGetValue((start, end), out var root) ? root : _roots[(start, end)] = Make(start, end);
    }

    private byte[] Make(int start, int end) => (end - start) switch
    {
        0 => SHA256.HashData([]),
        1 => SHA256.HashData([0, .. leaves[start]]),
        var n => SHA256.HashData([1, .. Root(start, start + Split(n)), .. Root(start + Split(n), end)]),
    };

    private IEnumerable<byte[]> Path(int m, int start, int end)
    {
        var n = end - start;
        if (n <= 1)
            return [];
        var k = Split(n);
        return m < k ? Path(m, start, start + k).Append(Root(start + k, end)) : Path(m - k, start + k, end).Append(Root(start, start + k));
    }

    private IEnumerable<byte[]> SubProof(int m, int start, int end, bool whole)
    {
        var n = end - start;
        if (m == n)
            return whole ? [] : [Root(start, end)];
        var k = Split(n);
        return m <= k ? SubProof(m, start, start + k, whole).Append(Root(start + k, end)) : SubProof(m - k, start + k, end, false).Append(Root(start, start + k));
    }

    private static int Split(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }
}
