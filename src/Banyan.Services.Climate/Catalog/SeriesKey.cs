using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Banyan.Services.Climate.Catalog;

/// <summary>
/// A series' name within its namespace as bytes that are equal where the series are: the measurement, then for each tag
/// in order of the keys a zero, the key, a one and the value. Names hold no control characters, so nothing is ambiguous.
/// </summary>
internal static class SeriesKey
{
    private const byte BeforeKey = 0;
    private const byte BeforeValue = 1;

    /// <summary>Makes the key. <paramref name="tags"/> is put in order.</summary>
    /// <returns>Null where two tags have the same key.</returns>
    public static byte[]? Create(byte[] measurement, List<(byte[] Key, byte[] Value)> tags)
    {
        tags.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        var length = measurement.Length;
        for (var i = 0; i < tags.Count; i++)
        {
            if (i > 0 && tags[i].Key.AsSpan().SequenceEqual(tags[i - 1].Key))
                return null;
            length += tags[i].Key.Length + tags[i].Value.Length + 2;
        }

        var key = new byte[length];
        measurement.CopyTo(key, 0);
        var at = measurement.Length;
        foreach (var (name, value) in tags)
        {
            key[at++] = BeforeKey;
            name.CopyTo(key, at);
            at += name.Length;
            key[at++] = BeforeValue;
            value.CopyTo(key, at);
            at += value.Length;
        }

        return key;
    }

    /// <summary>The measurement of a key.</summary>
    public static ReadOnlySpan<byte> Measurement(ReadOnlySpan<byte> key)
    {
        var end = key.IndexOf(BeforeKey);
        return end < 0 ? key : key[..end];
    }

    /// <summary>The tags of a key, in its order.</summary>
    public static List<KeyValuePair<string, string>> Tags(ReadOnlySpan<byte> key)
    {
        var tags = new List<KeyValuePair<string, string>>();
        var rest = key[Measurement(key).Length..];
        while (!rest.IsEmpty)
        {
            rest = rest[1..];
            var middle = rest.IndexOf(BeforeValue);
            var end = rest.IndexOf(BeforeKey);
            if (end < 0)
                end = rest.Length;
            tags.Add(new(Encoding.UTF8.GetString(rest[..middle]), Encoding.UTF8.GetString(rest[(middle + 1)..end])));
            rest = rest[end..];
        }

        return tags;
    }

    /// <summary>The tags as the JSON object that the table holds.</summary>
    public static string TagsJson(ReadOnlySpan<byte> key)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in Tags(key))
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What a series is found by in the database: 16 bytes of SHA-256 over namespace and key.</summary>
    public static Guid Hash(int namespaceId, ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[32];
        Span<byte> prefix = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, namespaceId);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(prefix);
        sha.AppendData(key);
        sha.GetHashAndReset(hash);
        return new Guid(hash[..16], bigEndian: true);
    }
}
