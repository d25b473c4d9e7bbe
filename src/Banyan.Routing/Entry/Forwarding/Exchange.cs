using Banyan.Routing.Entry.Holding;
using Banyan.Routing.Entry.Routes;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>One request on its way through the entry, over all its sendings. Not thread-safe: one step at a time.</summary>
internal sealed class Exchange(HttpContext context, string region, string target, HoldBook holds, EntryOptions options)
{
    private long _reserved;

    public HttpContext Context { get; } = context;

    public string Region { get; } = region;

    /// <summary>Path and query, as they go on the wire.</summary>
    public string Target { get; } = target;

    public RequestTraits Traits { get; } = RequestTraits.Of(context);

    /// <summary>Where the body is kept; null where there is none, or none is kept.</summary>
    public KeptBody? Kept { get; private set; }

    /// <summary>Its place among the held; null where it did not wait, or its answer has begun.</summary>
    public HeldRequest? Held { get; set; }

    /// <summary>Its answer had begun and was not ended, by the fault of the cell.</summary>
    public bool BrokenOff { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Sends { get; set; }

    /// <summary>The cell that it was sent to last.</summary>
    public CellAddress? Cell { get; set; }

    /// <summary>A sending of it may have been carried out.</summary>
    public bool InDoubt { get; set; }

    /// <summary>How often the connection broke.</summary>
    public int Broken { get; set; }

    /// <summary>The region's turn in which it was sent last.</summary>
    public long Turn { get; set; }

    /// <summary>When it began to wait; null where it never did.</summary>
    public long? WaitsSince { get; set; }

    /// <summary>Status for the client where its body broke.</summary>
    public int BadBodyStatus { get; set; } = StatusCodes.Status400BadRequest;

    /// <summary>The client was given an answer by which the cell says that it does not serve.</summary>
    public bool CellStoodAside { get; set; }

    /// <summary>Whether all that was read of the body can be sent again.</summary>
    public bool BodyKept => !Traits.HasBody || Kept is { IsLost: false };

    /// <summary>Sets memory for the body aside, once. A body that is too large is not kept.</summary>
    /// <returns>False where there is not enough memory.</returns>
    public bool TryKeepBody()
    {
        var bytes = Traits.BytesToKeep(options);
        if (!Traits.Repeatable || bytes == 0 || bytes > options.MaxKeptBody || Kept is not null)
            return true;
        if (!holds.TryReserve(bytes))
            return false;
        (_reserved, Kept) = (bytes, new KeptBody(bytes));
        return true;
    }

    /// <summary>The next of the held may go.</summary>
    public void Pass()
    {
        Held?.End();
        Held = null;
    }

    public void End()
    {
        Pass();
        Kept?.Return();
        if (_reserved > 0)
            holds.Free(_reserved);
    }
}
