using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns.Serving;

/// <summary>What a server did since it began. A sum of what its threads count, each for itself; not one moment's picture.</summary>
public readonly record struct DnsCounts
{
    /// <summary>Answers of outcome NOERROR.</summary>
    public long NoError { get; init; }

    /// <summary>Answers of outcome NXDOMAIN.</summary>
    public long NameErrors { get; init; }

    /// <summary>Answers of outcome REFUSED.</summary>
    public long Refused { get; init; }

    /// <summary>Answers of other outcomes: FORMERR, NOTIMP, BADVERS.</summary>
    public long OtherErrors { get; init; }

    /// <summary>Answers that were too long for UDP, so that the client has to ask over TCP. They count above, too.</summary>
    public long Truncated { get; init; }

    /// <summary>Packets that got no answer because they are no queries.</summary>
    public long Dropped { get; init; }

    /// <summary>Queries that got no answer, or an empty one, because of the rate limit.</summary>
    public long Limited { get; init; }

    /// <summary>Sums.</summary>
    public static DnsCounts operator +(DnsCounts a, DnsCounts b) => new()
    {
        NoError = a.NoError + b.NoError,
        NameErrors = a.NameErrors + b.NameErrors,
        Refused = a.Refused + b.Refused,
        OtherErrors = a.OtherErrors + b.OtherErrors,
        Truncated = a.Truncated + b.Truncated,
        Dropped = a.Dropped + b.Dropped,
        Limited = a.Limited + b.Limited,
    };
}

/// <summary>Counts of one thread. Written by it alone; others may read.</summary>
internal sealed class DnsTally
{
    private long _noError, _nameErrors, _refused, _otherErrors, _truncated, _dropped, _limited;

    public DnsCounts Read() => new()
    {
        NoError = Volatile.Read(ref _noError),
        NameErrors = Volatile.Read(ref _nameErrors),
        Refused = Volatile.Read(ref _refused),
        OtherErrors = Volatile.Read(ref _otherErrors),
        Truncated = Volatile.Read(ref _truncated),
        Dropped = Volatile.Read(ref _dropped),
        Limited = Volatile.Read(ref _limited),
    };

    public void CountAnswer(ResponseCode code)
    {
        switch (code)
        {
            case ResponseCode.NoError:
                _noError++;
                break;
            case ResponseCode.NameError:
                _nameErrors++;
                break;
            case ResponseCode.Refused:
                _refused++;
                break;
            default:
                _otherErrors++;
                break;
        }
    }

    public void CountTruncated() => _truncated++;

    public void CountDropped() => _dropped++;

    public void CountLimited() => _limited++;
}
