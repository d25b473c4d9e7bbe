namespace Banyan.Cells.Webhooks;

/// <summary>What became of an attempt. Immutable.</summary>
/// <param name="Delivered">Whether the target took it (2xx).</param>
/// <param name="Status">The target's status; null where it gave none.</param>
/// <param name="Error">Why it failed, in one line.</param>
/// <param name="RetryAfter">How long the target asked to be left alone.</param>
public sealed record Attempt(bool Delivered, int? Status, string? Error, TimeSpan? RetryAfter = null)
{
    /// <summary>410 Gone: the target wants no more deliveries at all (Standard Webhooks).</summary>
    public bool IsGone => Status == 410;
}
