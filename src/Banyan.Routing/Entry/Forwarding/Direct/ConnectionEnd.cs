namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>Why a connection to a cell was ended from here while a request was on it.</summary>
internal enum ConnectionEnd
{
    /// <summary>No request is on it.</summary>
    Idle,

    /// <summary>A request is on it.</summary>
    InFlight,

    /// <summary>The client is gone.</summary>
    ClientGone,

    /// <summary>The route has moved away.</summary>
    Left,

    /// <summary>The cell stayed silent too long.</summary>
    Silent,

    /// <summary>The entry stops; said to streams without an end.</summary>
    Stopping,
}

/// <summary>How far a request on a connection is.</summary>
internal enum AnswerPhase
{
    /// <summary>Its answer has not begun.</summary>
    Waiting,

    /// <summary>Its answer comes.</summary>
    Coming,

    /// <summary>Its answer has no end.</summary>
    Endless,
}
