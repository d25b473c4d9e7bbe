using System.Buffers;
using System.Text;

namespace Banyan.Engines.Consensus;

/// <summary>What a consensus store takes, the same in every engine; anything else is a bug of the caller.</summary>
public static class StoreRules
{
    /// <summary>The longest key, in characters.</summary>
    public const int LongestKey = 256;

    /// <summary>The longest value, in bytes of UTF-8.</summary>
    public const int LongestValue = 64 * 1024;

    /// <summary>The most conditions, and the most writes, of a commit.</summary>
    public const int MostOperations = 64;

    /// <summary>The longest that all values of a commit are together, in bytes of UTF-8.</summary>
    public const int LargestCommit = 1024 * 1024;

    /// <summary>The longest time to live of a lease.</summary>
    public static readonly TimeSpan LongestLease = TimeSpan.FromHours(1);

    /// <summary>The characters of keys: printable ASCII, so that every engine puts them in one order.</summary>
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create([.. Enumerable.Range(0x21, 0x7f - 0x21).Select(static c => (char)c)]);

    /// <exception cref="ArgumentException">It is no key.</exception>
    public static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length == 0)
            throw new ArgumentException("A key is not empty.", nameof(key));
        CheckPrefix(key);
    }

    /// <exception cref="ArgumentException">No key can begin so.</exception>
    public static void CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length > LongestKey || prefix.AsSpan().ContainsAnyExcept(KeyCharacters))
            throw new ArgumentException($"A key has at most {LongestKey} characters, all of them printable ASCII and no blank.", nameof(prefix));
    }

    /// <exception cref="ArgumentException">It is no commit: too much of it, a key that is none, or two writes of one key.</exception>
    public static void CheckCommit(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        ArgumentNullException.ThrowIfNull(writes);
        if (conditions.Contains(null!) || writes.Contains(null!))
            throw new ArgumentException("A condition and a write are not null.", nameof(writes));
        if (conditions.Count > MostOperations || writes.Count > MostOperations)
            throw new ArgumentException($"A commit has at most {MostOperations} conditions and {MostOperations} writes.", nameof(writes));
        foreach (var condition in conditions)
        {
            CheckKey(condition.Key);
            if (condition.Revision < 0)
                throw new ArgumentException($"The condition on '{condition.Key}' has a revision below zero.", nameof(conditions));
        }

        var written = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0;
        foreach (var write in writes)
        {
            CheckKey(write.Key);
            if (!written.Add(write.Key))
                throw new ArgumentException($"Two writes of '{write.Key}' in one commit.", nameof(writes));
            var length = write.Value is null ? 0 : Encoding.UTF8.GetByteCount(write.Value);
            if (length > LongestValue)
                throw new ArgumentException($"The value of '{write.Key}' is longer than {LongestValue} bytes.", nameof(writes));
            if ((bytes += length) > LargestCommit)
                throw new ArgumentException($"The values of a commit are longer than {LargestCommit} bytes.", nameof(writes));
            if (write.Value is null && write.Lease is not null)
                throw new ArgumentException($"A deletion has no lease: '{write.Key}'.", nameof(writes));
        }
    }

    /// <summary>The time to live that a lease gets.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero, or above <see cref="LongestLease"/>.</exception>
    public static TimeSpan CheckLease(TimeSpan timeToLive, TimeSpan shortest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeToLive, LongestLease);
        return timeToLive < shortest ? shortest : timeToLive;
    }
}
