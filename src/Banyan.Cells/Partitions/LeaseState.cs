namespace Banyan.Cells.Partitions;

/// <summary>
/// What the holder of a lease knows, and what it does next: a pure function of facts and a clock. Instants are by the
/// holder's own clock, which counts suspended time.
/// </summary>
/// <param name="HoldsUntil">Before this instant the lease holds; from it on it does not, whoever says what.</param>
/// <param name="RenewAt">When the next renewal is to be sent.</param>
/// <param name="GiveUpAt">When to stop trying.</param>
/// <param name="End">Why it is over; null while it is not.</param>
internal readonly record struct LeaseState(TimeSpan HoldsUntil, TimeSpan RenewAt, TimeSpan GiveUpAt, LeaseEnd? End)
{
    /// <summary>The lease was granted, and its key is ours.</summary>
    /// <param name="terms">The times; its time to live as the store granted it.</param>
    /// <param name="sentAt">When it was asked for: the store's time began at this instant at the earliest.</param>
    public static LeaseState Granted(LeaseTerms terms, TimeSpan sentAt) => default(LeaseState).Extended(terms, sentAt);

    /// <summary>True while the holder may act on it.</summary>
    public bool HoldsAt(TimeSpan now) => End is null && now < HoldsUntil;

    /// <summary>A renewal has come to its end, in whatever way and however late.</summary>
    /// <param name="terms">The times.</param>
    /// <param name="sentAt">When it was sent.</param>
    /// <param name="answer">What came of it.</param>
    /// <param name="now">The time now.</param>
    public LeaseState After(LeaseTerms terms, TimeSpan sentAt, RenewalAnswer answer, TimeSpan now)
    {
        if (End is not null)
            return this;
        return answer switch
        {
            // From when it was sent, not from when it was answered: in between the store's time has been running. The store
            // says that it never ended, so it is ours still, also where we had stopped acting on it.
            RenewalAnswer.Renewed => Extended(terms, sentAt),
            RenewalAnswer.Gone => this with { End = LeaseEnd.Lost, HoldsUntil = TimeSpan.MinValue },
            _ => this with { RenewAt = now + terms.RetryAfter },
        };
    }

    /// <summary>What is to be done at this instant.</summary>
    public LeaseStep StepAt(TimeSpan now) =>
        End is not null ? LeaseStep.Stop : now >= GiveUpAt ? LeaseStep.GiveUp : now >= RenewAt ? LeaseStep.Renew : LeaseStep.Wait;

    /// <summary>It is over.</summary>
    public LeaseState Ended(LeaseEnd end) => End is not null ? this : this with { End = end, HoldsUntil = TimeSpan.MinValue };

    private LeaseState Extended(LeaseTerms terms, TimeSpan sentAt)
    {
        var until = sentAt + terms.TimeToLive - terms.Margin;
        return until <= HoldsUntil ? this with { RenewAt = sentAt + terms.RenewEvery } : new LeaseState(until, sentAt + terms.RenewEvery, until + terms.GiveUpAfter, null);
    }
}

/// <summary>What came of a renewal.</summary>
internal enum RenewalAnswer
{
    /// <summary>The store has started the lease's time anew, and its key is ours.</summary>
    Renewed,

    /// <summary>No answer, or none in time: it may have happened.</summary>
    Unanswered,

    /// <summary>The store says that the lease has ended, or that its key is not ours.</summary>
    Gone,
}

/// <summary>What a holder does next.</summary>
internal enum LeaseStep
{
    Wait,
    Renew,
    GiveUp,
    Stop,
}

/// <summary>Why a lease is over.</summary>
internal enum LeaseEnd
{
    /// <summary>The store has ended it, or another took its key.</summary>
    Lost,

    /// <summary>It could not be renewed for so long that it has run out.</summary>
    RanOut,

    /// <summary>The partition's record names another primary or epoch, or the database is no longer the primary.</summary>
    Moved,

    /// <summary>The database gives no answer: nothing can be acknowledged here, and another region's may be asked.</summary>
    Silent,

    /// <summary>Given up, after the last acknowledgement.</summary>
    Released,
}
