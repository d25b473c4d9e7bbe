using System.Collections.Immutable;

namespace Banyan.Routing.Policies.Shifts;

/// <summary>What one front door counted for a shift: requests that its policy sent to either side. Thread-safe.</summary>
internal sealed class ShiftCount
{
    private long _oldRequests;
    private long _oldErrors;
    private long _newRequests;
    private long _newErrors;

    /// <summary>The shift's.</summary>
    public string Id { get; init; } = "";

    /// <summary>What the old side had.</summary>
    public SideCount Old => new(Volatile.Read(ref _oldRequests), Volatile.Read(ref _oldErrors));

    /// <summary>What the new side had.</summary>
    public SideCount New => new(Volatile.Read(ref _newRequests), Volatile.Read(ref _newErrors));

    /// <summary>The mark of the side that traffic leaves, for the shift at an index.</summary>
    public static uint OldMark(int index) => 1u << (2 * index);

    /// <summary>The mark of the side that traffic goes to.</summary>
    public static uint NewMark(int index) => 2u << (2 * index);

    /// <summary>Counts a request by the marks of its choice.</summary>
    public static void Add(ImmutableArray<ShiftCount> counts, uint marks, bool failed)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            if ((marks & NewMark(i)) != 0)
                counts[i].Add(isNew: true, failed);
            else if ((marks & OldMark(i)) != 0)
                counts[i].Add(isNew: false, failed);
        }
    }

    private void Add(bool isNew, bool failed)
    {
        // The error first: whoever reads in between sees one more of both, never an error without its request.
        if (failed)
            Interlocked.Increment(ref isNew ? ref _newErrors : ref _oldErrors);
        Interlocked.Increment(ref isNew ? ref _newRequests : ref _oldRequests);
    }
}
