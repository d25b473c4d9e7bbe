using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Banyan.Engines.Signing;

namespace Banyan.Journal.Log.Notes;

/// <summary>
/// A witness' timestamped signature on a checkpoint (C2SP tlog-cosignature, cosignature/v1): 8 bytes of POSIX time, then
/// Ed25519 over <c>cosignature/v1</c>, <c>time N</c> and the checkpoint's text. Pure.
/// </summary>
public static class Cosignature
{
    /// <summary>Bytes of one, without its key id.</summary>
    public const int Length = sizeof(long) + Ed25519.SignatureLength;

    /// <summary>When it says it was made, in seconds since 1970; 0 or less where it can't be a cosignature.</summary>
    public static long TimeOf(ReadOnlySpan<byte> signature) => signature.Length == Length ? BinaryPrimitives.ReadInt64BigEndian(signature) : 0;

    /// <summary>What is signed.</summary>
    internal static byte[] Message(long time, ReadOnlySpan<byte> text)
    {
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {time}\n"));
        return [.. head, .. text];
    }
}
