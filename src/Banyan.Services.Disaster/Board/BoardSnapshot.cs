using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Banyan.Services.Disaster.Streaming;

namespace Banyan.Services.Disaster.Board;

/// <summary>The active public alerts at one position of the journal. Immutable; what is derived is made when it is first asked for.</summary>
internal sealed class BoardSnapshot
{
    /// <summary>Alerts on a page, unless asked otherwise.</summary>
    public const int DefaultLimit = 50;

    public static readonly BoardSnapshot Empty = new(ImmutableSortedDictionary.Create<Guid, BoardAlert>(Comparer<Guid>.Create(static (a, b) => b.CompareTo(a))), default, DateTimeOffset.UnixEpoch);

    private readonly ImmutableSortedDictionary<Guid, BoardAlert> _alerts;
    private readonly Lazy<BoardPage> _firstPage;

    private BoardSnapshot(ImmutableSortedDictionary<Guid, BoardAlert> alerts, StreamPosition position, DateTimeOffset changedAt)
    {
        _alerts = alerts;
        Position = position;
        ChangedAt = changedAt;
        NextExpiry = alerts.IsEmpty ? DateTimeOffset.MaxValue : alerts.Values.Min(static a => a.Expires);
        _firstPage = new Lazy<BoardPage>(() => Page(static _ => true, null, DefaultLimit));
    }

    /// <summary>The last journal entry that it shows.</summary>
    public StreamPosition Position { get; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset ChangedAt { get; }

    /// <summary>When the first of them ends.</summary>
    public DateTimeOffset NextExpiry { get; }

    /// <summary>The newest alerts, encoded once.</summary>
    public BoardPage FirstPage => _firstPage.Value;

    public int Count => _alerts.Count;

    /// <summary>Newest first.</summary>
    public IEnumerable<BoardAlert> Alerts => _alerts.Values;

    public BoardAlert? Find(Guid id) => _alerts.GetValueOrDefault(id);

    public BoardSnapshot With(IEnumerable<BoardAlert> alerts, StreamPosition position, DateTimeOffset changedAt) =>
        new(_alerts.SetItems(alerts.Select(static a => KeyValuePair.Create(a.Id, a))), position, changedAt);

    public BoardSnapshot With(AlertChange change)
    {
        var alerts = _alerts.RemoveRange(change.Ended);
        if (change.Alert is { } alert)
            alerts = alerts.SetItem(alert.Id, alert);
        return new BoardSnapshot(alerts, StreamPosition.Of(change.Entry), change.Entry.RecordedAt);
    }

    /// <summary>Without the alerts whose time has passed.</summary>
    public BoardSnapshot Without(DateTimeOffset now) =>
        new(_alerts.RemoveRange(_alerts.Values.Where(a => a.Expires <= now).Select(static a => a.Id)), Position, now);

    /// <summary>A page of the alerts that pass, after (older than) the one that the cursor names.</summary>
    public BoardPage Page(Func<BoardAlert, bool> passes, Guid? cursor, int limit)
    {
        var (page, more) = Take(passes, cursor, limit);
        return Encode(page, more);
    }

    /// <summary>The alerts of a page, and whether there are more.</summary>
    public (List<BoardAlert> Alerts, bool More) Take(Func<BoardAlert, bool> passes, Guid? cursor, int limit)
    {
        var page = new List<BoardAlert>(Math.Min(limit, _alerts.Count));
        foreach (var alert in _alerts.Values)
        {
            if ((cursor is { } c && alert.Id.CompareTo(c) >= 0) || !passes(alert))
                continue;
            if (page.Count == limit)
                return (page, true);
            page.Add(alert);
        }

        return (page, false);
    }

    private BoardPage Encode(List<BoardAlert> page, bool more)
    {
        var buffer = new ArrayBufferWriter<byte>(page.Sum(static a => a.Json.Length + 1) + 128);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"position\":\"{Position}\",\"next\":{(more ? $"\"{page[^1].Id:N}\"" : "null")},\"alerts\":["));
        for (var i = 0; i < page.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            buffer.Write(page[i].Json);
        }

        buffer.Write("]}"u8);
        hash.AppendData(buffer.WrittenSpan);
        return new BoardPage(buffer.WrittenSpan.ToArray(), $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 12))}\"");
    }
}
