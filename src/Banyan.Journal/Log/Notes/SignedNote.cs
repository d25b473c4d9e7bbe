using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Banyan.Journal.Log.Notes;

/// <summary>
/// A text with signatures (C2SP signed-note): the text ends in a newline, an empty line follows, then a line for each
/// signature. Its text says nothing before <see cref="Verify"/> found a key that one trusts. Immutable.
/// </summary>
public sealed class SignedNote
{
    /// <summary>The most signatures that are read; a note of more is refused.</summary>
    public const int MostSignatures = 100;

    /// <summary>The most bytes of a note.</summary>
    public const int MostBytes = 1 << 17;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _text;

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        (Text, Signatures) = (text, signatures);
        _text = Utf8.GetBytes(text);
    }

    /// <summary>What is signed; ends in a newline.</summary>
    public string Text { get; }

    /// <summary>All of them, those of unknown keys too, in their order.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a note.</summary>
    /// <param name="bytes">All of it.</param>
    /// <param name="note">The note.</param>
    /// <param name="problem">Why it is none.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedNote? note, [NotNullWhen(false)] out string? problem)
    {
        (note, problem) = (null, null);
        if (bytes.Length > MostBytes)
            problem = $"has {bytes.Length} bytes, and a note has at most {MostBytes}";
        else if (!System.Text.Unicode.Utf8.IsValid(bytes))
            problem = "is not UTF-8";
        else
            problem = Parse(Utf8.GetString(bytes), out note);
        return problem is null;
    }

    /// <summary>A note of this text, signed by these.</summary>
    /// <exception cref="ArgumentException">The text can't be a note's: it is empty, does not end in a newline, or holds control characters.</exception>
    public static SignedNote Sign(string text, params ReadOnlySpan<NoteSigner> signers)
    {
        if (!IsText(text))
            throw new ArgumentException("A note's text ends in a newline and holds no other control characters.", nameof(text));
        var bytes = Utf8.GetBytes(text);
        var signatures = new List<NoteSignature>(signers.Length);
        foreach (var signer in signers)
            signatures.Add(signer.Sign(bytes));
        return new SignedNote(text, signatures);
    }

    /// <summary>The note with more signatures; those that it has already are not doubled.</summary>
    public SignedNote With(IEnumerable<NoteSignature> more) => new(Text, [.. Signatures.Concat(more).Distinct()]);

    /// <summary>The note with these signatures alone.</summary>
    public SignedNote WithOnly(IEnumerable<NoteSignature> signatures) => new(Text, [.. signatures]);

    /// <summary>Signs it as it stands.</summary>
    public NoteSignature SignBy(NoteSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return signer.Sign(_text);
    }

    /// <summary>Which of these keys signed it. Signatures of other keys are ignored; one that says to be of a known key and is not spoils the note.</summary>
    public NoteCheck Verify(IEnumerable<VerifierKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        List<VerifiedSignature> verified = [];
        List<NoteSignature> wrong = [];
        foreach (var key in keys.Distinct())
        {
            foreach (var signature in Signatures)
            {
                if (signature.KeyId != key.Id || signature.Name != key.Name)
                    continue;
                if (!key.Verify(_text, signature.Bytes.Span))
                    wrong.Add(signature);
                else if (verified.TrueForAll(v => !v.Key.Equals(key)))
                    verified.Add(new VerifiedSignature(key, signature));
            }
        }

        return new NoteCheck(verified, wrong);
    }

    /// <summary>All of it, as it is served.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Text).Append('\n');
        foreach (var signature in Signatures)
            text.Append(signature.Line).Append('\n');
        return text.ToString();
    }

    /// <summary>All of it in UTF-8, as it is served.</summary>
    public byte[] ToBytes() => Utf8.GetBytes(ToString());

    private static string? Parse(string all, out SignedNote? note)
    {
        note = null;
        var split = all.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !IsText(all[..(split + 1)]))
            return "is no signed note: a text, an empty line, signatures";
        var lines = all[(split + 2)..];
        if (lines.Length == 0 || lines[^1] != '\n')
            return "is cut off: it does not end with a signature and a newline";
        var signatures = new List<NoteSignature>();
        foreach (var line in lines[..^1].Split('\n', MostSignatures + 2))
        {
            if (signatures.Count == MostSignatures)
                return $"has more than {MostSignatures} signatures";
            if (NoteSignature.Parse(line) is not { } signature)
                return $"has a line that is no signature: '{(line.Length > 80 ? line[..80] + "…" : line)}'";
            signatures.Add(signature);
        }

        note = new SignedNote(all[..(split + 1)], signatures);
        return null;
    }

    private static bool IsText(string text) => text is [.., '\n'] && !text.AsSpan().ContainsAnyInRange('\0', '\u0009') && !text.AsSpan().ContainsAnyInRange('\u000b', '\u001f');
}
