using System.Buffers.Binary;

namespace Banyan.Journal.Log.Notes;

/// <summary>A signature line of a note: who, by which key, and the signature itself. Immutable.</summary>
/// <param name="Name">The key's name.</param>
/// <param name="KeyId">The key's id.</param>
/// <param name="Bytes">The signature; of a cosignature, its time first.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Bytes)
{
    internal const string Dash = "— ";

    private const int IdLength = sizeof(uint);
    private const int LongestText = 16_384; // Post-quantum signatures of others have nearly 5 kB.

    /// <summary>The line as it stands in the note, without its newline.</summary>
    public string Line
    {
        get
        {
            var bytes = new byte[IdLength + Bytes.Length];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
            Bytes.Span.CopyTo(bytes.AsSpan(IdLength));
            return $"{Dash}{Name} {Convert.ToBase64String(bytes)}";
        }
    }

    /// <summary>Reads a line; null where it is none.</summary>
    public static NoteSignature? Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (!line.StartsWith(Dash, StringComparison.Ordinal) || line.Length > LongestText || line[Dash.Length..].Split(' ') is not [var name, var text] || !VerifierKey.IsName(name))
            return null;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length <= IdLength || Convert.ToBase64String(bytes, 0, length) != text)
            return null;
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(IdLength, length - IdLength));
    }

    /// <inheritdoc/>
    public bool Equals(NoteSignature? other) => other is not null && Name == other.Name && KeyId == other.KeyId && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);
}
