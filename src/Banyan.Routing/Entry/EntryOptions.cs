using Banyan.Engines.Certificates;

namespace Banyan.Routing.Entry;

/// <summary>Limits and patience of the entry. The defaults are meant for everyone.</summary>
public sealed record EntryOptions
{
    /// <summary>The process' links to cells; null where they are plain.</summary>
    public Links? Links { get; init; }

    /// <summary>How long a connection to a cell may take, its handshake included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a cell may stay silent before its answer begins; a body that is still being sent starts it anew. A stream in progress has no limit.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often each cell is asked whether it is ready.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a cell is asked that does not serve, so that it is found again soon.</summary>
    public TimeSpan RecoveryInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a cell is asked that is about to serve: its partition moves there, or it went down less than <see cref="TightFor"/> ago. No cell is ever asked more often.</summary>
    public TimeSpan TightInterval { get; init; } = TimeSpan.FromMilliseconds(15);

    /// <summary>How long that goes on.</summary>
    public TimeSpan TightFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long that answer may take.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most open connections from clients; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 50_000;

    /// <summary>The most bytes of headers that a cell may answer with, in units of 1,024.</summary>
    public int MaxAnswerHeadersKiB { get; init; } = 64;

    /// <summary>How long a stop waits for requests in progress.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may wait in all while its region does not serve; a region that is down for longer is not waited for.</summary>
    public TimeSpan HoldTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most requests that wait, of all regions together.</summary>
    public int MaxHeld { get; init; } = 10_000;

    /// <summary>How many held requests of a region are under way at once when it serves again.</summary>
    public int HeldAtOnce { get; init; } = 64;

    /// <summary>The most bytes kept of bodies that may have to be sent again, all together. Past it requests are sent, and not again.</summary>
    public long MaxKeptBytes { get; init; } = 64 << 20;

    /// <summary>The most bytes kept of one body.</summary>
    public long MaxKeptBody { get; init; } = 1 << 20;

    /// <summary>How long a request that can't be sent again, or an answer that has begun, may take after its region's partition has moved away.</summary>
    public TimeSpan LeftPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a request is sent at most where each time the connection broke before an answer.</summary>
    public int MostSends { get; init; } = 4;

    /// <summary>Replays of requests that failed while their region went on serving: as a share of all requests, 0 to 1.</summary>
    public double ReplayShare { get; init; } = 0.2;

    /// <summary>Such replays that each region has beside that, per second.</summary>
    public double ReplayFloor { get; init; } = 10;
}
