using Banyan.Control.Platform;

namespace Banyan.Control.Keepers;

/// <summary>What a keeper is told. Immutable.</summary>
public sealed record KeeperOptions
{
    /// <summary>How long databases get to stop cleanly before they are stopped at once.</summary>
    public static readonly TimeSpan DefaultStopPatience = TimeSpan.FromSeconds(15);

    /// <summary>The platform's data folder.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The region whose databases it runs.</summary>
    public required string Region { get; init; }

    /// <summary>What <c>up</c> decided.</summary>
    public required PlatformState PlatformState { get; init; }

    /// <summary>See <see cref="DefaultStopPatience"/>.</summary>
    public TimeSpan StopPatience { get; init; } = DefaultStopPatience;

    /// <summary>For waiting and backoff.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
