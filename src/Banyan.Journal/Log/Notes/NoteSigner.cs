using System.Buffers.Binary;
using Banyan.Engines.Signing;

namespace Banyan.Journal.Log.Notes;

/// <summary>Signs notes under a name: a log its checkpoints, a witness what it saw. Thread-safe.</summary>
public sealed class NoteSigner
{
    private readonly SigningKey _key;
    private readonly TimeProvider? _time;

    private NoteSigner(string name, SignatureType type, SigningKey key, TimeProvider? time)
    {
        (_key, _time) = (key, time);
        Key = VerifierKey.Of(name, type, key.PublicKey.Span);
    }

    /// <summary>What others check its signatures by.</summary>
    public VerifierKey Key { get; }

    /// <summary>One that signs the text (type 0x01). The key stays the caller's to dispose.</summary>
    /// <exception cref="ArgumentException">The name can't be a key's.</exception>
    public static NoteSigner OfLog(string name, SigningKey key) => new(name, SignatureType.Ed25519, key ?? throw new ArgumentNullException(nameof(key)), null);

    /// <summary>One that signs the text and the time (type 0x04). The key stays the caller's to dispose; it MUST NOT sign anything else.</summary>
    /// <exception cref="ArgumentException">The name can't be a key's.</exception>
    public static NoteSigner OfWitness(string name, SigningKey key, TimeProvider time) =>
        new(name, SignatureType.Cosignature, key ?? throw new ArgumentNullException(nameof(key)), time ?? throw new ArgumentNullException(nameof(time)));

    /// <summary>The same key under another name.</summary>
    /// <exception cref="ArgumentException">The name can't be a key's.</exception>
    public NoteSigner Named(string name) => new(name, Key.Type, _key, _time);

    internal NoteSignature Sign(ReadOnlySpan<byte> text)
    {
        if (_time is null)
            return new NoteSignature(Key.Name, Key.Id, _key.Sign(text));
        var signature = new byte[Cosignature.Length];
        var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
        BinaryPrimitives.WriteInt64BigEndian(signature, seconds);
        _key.Sign(Cosignature.Message(seconds, text)).CopyTo(signature, sizeof(long));
        return new NoteSignature(Key.Name, Key.Id, signature);
    }
}
