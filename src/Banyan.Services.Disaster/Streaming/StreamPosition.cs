using System.Globalization;
using System.Runtime.InteropServices;
using Banyan.Journal;

namespace Banyan.Services.Disaster.Streaming;

/// <summary>
/// A place in the stream: the journal's position and the epoch that gave it, written <c>4711-1</c>. The epoch is there
/// because a position can be given twice when a partition's primary is lost; a bare <c>4711</c> is read as any epoch's.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamPosition(long Position, int Epoch)
{
    public static StreamPosition Of(JournalEntry entry) => new(entry.Position, entry.Epoch);

    public static bool TryParse(ReadOnlySpan<char> text, out StreamPosition position)
    {
        var dash = text.IndexOf('-');
        var epoch = 0;
        position = default;
        if (!long.TryParse(dash < 0 ? text : text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || (dash >= 0 && !int.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out epoch)))
            return false;
        position = new StreamPosition(number, epoch);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Position}-{Epoch}");
}
