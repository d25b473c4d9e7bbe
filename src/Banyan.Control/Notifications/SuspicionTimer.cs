namespace Banyan.Control.Notifications;

/// <summary>
/// Damps suspicions of one region: one is told of only where the region was well before, and is over only when it has been well
/// for a while. One owner.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class SuspicionTimer(TimeProvider time)
{
    /// <summary>A region that was suspected must be well for so long before that is over.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(30);

    private bool _wasWell;
    private long? _wellSince;

    /// <summary>What is to be done, by what is seen now.</summary>
    /// <param name="isSuspected">Enough observers find that it does not answer.</param>
    /// <param name="isWell">Enough find that it does.</param>
    /// <param name="wasTold">A suspicion of it was told of and is not over.</param>
    public SuspicionStep Look(bool isSuspected, bool isWell, bool wasTold)
    {
        if (!isWell)
            _wellSince = null;
        else
            _wellSince ??= time.GetTimestamp();
        if (wasTold)
        {
            _wasWell = false;
            return _wellSince is { } since && time.GetElapsedTime(since) >= Settle ? SuspicionStep.End : SuspicionStep.None;
        }

        _wasWell |= isWell;
        return isSuspected && _wasWell ? SuspicionStep.Tell : SuspicionStep.None;
    }

    /// <summary>When to look again though nothing changes; null where there is no need.</summary>
    public TimeSpan? Due(bool wasTold) => wasTold && _wellSince is { } since ? Settle - time.GetElapsedTime(since) : null;
}

/// <summary>What is to be done about a suspicion.</summary>
internal enum SuspicionStep
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It has begun.</summary>
    Tell,

    /// <summary>It is over.</summary>
    End,
}
