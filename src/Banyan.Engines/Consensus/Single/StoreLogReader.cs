using System.Globalization;

namespace Banyan.Engines.Consensus.Single;

/// <summary>Reads a store's file, and tells a torn end, which a crash leaves, from damage. Pure.</summary>
internal static class StoreLogReader
{
    /// <summary>Reads.</summary>
    /// <param name="path">For messages.</param>
    /// <param name="bytes">The file.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another format.</exception>
    public static StoreLogContent Read(string path, ReadOnlySpan<byte> bytes)
    {
        HeadRecord? head = null;
        var draft = new StoreDraft(StoreState.Empty);
        var (at, lines) = (0, 0);
        while (at < bytes.Length)
        {
            var length = bytes[at..].IndexOf((byte)'\n');
            if (length < 0 || LogLine.Decode(bytes.Slice(at, length)) is not { } record)
                break;
            if (lines == 0)
            {
                head = record.Head ?? throw Damaged(path, 0);
                if (head.Format != Format)
                    throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path} has format {head.Format}, this banyan reads format {Format}: use the banyan that made it"));
                draft.StartAt(head.Revision);
            }
            else
            {
                draft.Replay(record);
            }

            at += length + 1;
            lines++;
        }

        if (head is null || lines <= head.Count || (at < bytes.Length && !IsTorn(bytes[at..], at)))
            throw Damaged(path, at);
        return new StoreLogContent(draft.ToState(), draft.Changes, head.Revision, at);
    }

    private const int Format = StoreLog.Format;

    /// <summary>
    /// A write that was torn lacks its end, or has zeros where blocks never reached the disk; and nothing after it says
    /// that this place had been on disk.
    /// </summary>
    private static bool IsTorn(ReadOnlySpan<byte> rest, long at)
    {
        if (rest.Contains((byte)'\n') && !rest.Contains((byte)0))
            return false;
        while (rest.IndexOf((byte)'\n') is >= 0 and var length)
        {
            if (LogLine.Decode(rest[..length]) is { } later && later.Synced > at)
                return false;
            rest = rest[(length + 1)..];
        }

        return true;
    }

    private static InvalidDataException Damaged(string path, long at) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path} is damaged at byte {at}: restore it from a backup; without it, epochs could be given out twice"));
}
