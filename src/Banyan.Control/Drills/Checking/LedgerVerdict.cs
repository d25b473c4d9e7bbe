namespace Banyan.Control.Drills.Checking;

/// <summary>What became of the changes of a drill. Immutable.</summary>
internal sealed record LedgerVerdict
{
    /// <summary>Changes that a client was told are done.</summary>
    public required int Acknowledged { get; init; }

    /// <summary>Of these, what is not there: as a row, or in the journal, under its receipt.</summary>
    public required int Lost { get; init; }

    /// <summary>When the first that is lost was acknowledged, since the drill's start.</summary>
    public TimeSpan? FirstLostAt { get; init; }

    /// <summary>When the last that is lost was acknowledged, since the drill's start.</summary>
    public TimeSpan? LastLostAt { get; init; }

    /// <summary>Changes that are there more than once, though each was asked for once.</summary>
    public required int Duplicated { get; init; }

    /// <summary>Acknowledged changes that the journal has in another order than their client made them.</summary>
    public required int Reordered { get; init; }

    /// <summary>Changes that nobody asked for, and rows without their entry or the reverse.</summary>
    public int Inconsistent { get; init; }

    /// <summary>The first of each, a line each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Nothing is wrong.</summary>
    public bool IsClean => (Lost, Duplicated, Reordered, Inconsistent) == (0, 0, 0, 0);
}
