using System.Runtime.CompilerServices;

namespace Banyan.Journal.Reading;

/// <summary>Follows the journal: from the database until what is missing is in memory, from memory after. Thread-safe.</summary>
internal sealed class JournalFeed(EntryReader reader, LiveWindow window, JournalMetrics metrics)
{
    private const int PageSize = 500;

    // Followers that catch up all at once (after a restart) must not take every connection from those who write.
    private const int MaxCatchingUp = 4;
    private readonly SemaphoreSlim _catchingUp = new(MaxCatchingUp);

    public async IAsyncEnumerable<JournalEntry> FollowAsync(long after, IReadOnlySet<string>? topics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in FollowPagesAsync(after, PageSize, topics, cancellationToken))
        {
            foreach (var entry in page.Entries)
                yield return entry;
        }
    }

    public async IAsyncEnumerable<JournalPage> FollowPagesAsync(long after, int limit, IReadOnlySet<string>? topics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        using var member = window.Join();
        var position = after;
        var live = false;
        while (true)
        {
            var changed = window.Changed;
            var page = position < window.Head ? window.TryRead(position, limit, topics) : null;
            if (page is null && live && position >= window.Head)
            {
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            if (page is null)
            {
                if (live)
                    metrics.Dropped();
                page = await CatchUpAsync(position, limit, topics, cancellationToken);
                live = page.Through >= window.Head;
                if (page.Through == position)
                {
                    await changed.WaitAsync(cancellationToken);
                    continue;
                }
            }

            position = page.Through;
            yield return page;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task<JournalPage> CatchUpAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken)
    {
        await _catchingUp.WaitAsync(cancellationToken);
        try
        {
            return await reader.ReadPageAsync(after, limit, topics, cancellationToken);
        }
        finally
        {
            _catchingUp.Release();
        }
    }
}
