namespace Banyan.Journal.Log.Notes;

/// <summary>The kinds of signature that we make and check (C2SP signed-note, Signature types).</summary>
public enum SignatureType : byte
{
    /// <summary>Ed25519 over the note's text.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the time and the note's text (C2SP tlog-cosignature, cosignature/v1).</summary>
    Cosignature = 0x04,
}
