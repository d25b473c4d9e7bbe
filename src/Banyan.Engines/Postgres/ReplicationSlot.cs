using System.Security.Cryptography;
using System.Text;

namespace Banyan.Engines.Postgres;

/// <summary>Names of replication slots.</summary>
public static class ReplicationSlot
{
    private const int MaxLength = 63;

    /// <summary>
    /// <c>PARTITION_at_REGION</c> in the characters that PostgreSQL allows (a-z, 0-9, _); where that would be too long or
    /// could be another pair's name too, a digest makes it unique.
    /// </summary>
    public static string NameOf(string partition, string region)
    {
        var plain = $"{Plain(partition)}_at_{Plain(region)}";
        var faithful = plain.Length <= MaxLength && IsFaithful(partition) && IsFaithful(region);
        if (faithful)
            return plain;
        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{partition}\n{region}")))[..10];
        return $"{plain[..Math.Min(plain.Length, MaxLength - 11)]}_{digest}";
    }

    /// <summary>Whether a name can be told from its plain form: lower case, digits and single dashes, and no <c>at</c> that could be ours.</summary>
    private static bool IsFaithful(string name) =>
        name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-') && !$"-{name}-".Contains("-at-", StringComparison.Ordinal);

    private static string Plain(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_');
        return text.ToString();
    }
}
