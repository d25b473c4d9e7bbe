using System.Threading.Channels;

namespace Banyan.Journal.Log.Integrating;

/// <summary>Where an operator says how a log that is halted goes on. Nothing of it happens by itself. Thread-safe.</summary>
public sealed class LogRecovery(LogStatus status)
{
    /// <summary>The longest reason, in characters.</summary>
    public const int LongestReason = 500;

    internal const string GoesOn = "The log is not halted: it goes on.";

    private readonly Channel<RecoveryOrder> _orders = Channel.CreateBounded<RecoveryOrder>(1);

    /// <summary>
    /// Asks for it, and waits until it is done or found to be impossible. Another log is begun only where this one is halted, or
    /// can't take its entries. Where the process ends meanwhile, asking again is safe: what was done is not done twice.
    /// </summary>
    /// <param name="anew">True: begins another log; false: looks again, and makes the tree again of the journal's rows, where these lead to all that is known of it; also of a log that goes on, whose tiles are damaged.</param>
    /// <param name="reason">Why, for whoever reads it in the journal.</param>
    /// <param name="cancellationToken">Waits no longer; what was asked may still be done.</param>
    public async Task<RecoveryOutcome> AskAsync(bool anew, string reason, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (reason.Length > LongestReason)
            throw new ArgumentException($"A reason has at most {LongestReason} characters.", nameof(reason));
        if (anew && status.View is { Halted: null, GrowthProblem: null })
            return new RecoveryOutcome(false, GoesOn);
        var order = new RecoveryOrder(anew, reason, JournalActor.Current);
        if (!_orders.Writer.TryWrite(order))
            return new RecoveryOutcome(false, "Somebody else has asked for it, and that is not done yet.");
        return await order.Outcome.Task.WaitAsync(cancellationToken);
    }

    internal ValueTask<RecoveryOrder> NextAsync(CancellationToken cancellationToken) => _orders.Reader.ReadAsync(cancellationToken);
}

/// <summary>What came of it.</summary>
/// <param name="Done">Whether the log goes on.</param>
/// <param name="Message">What was done, or why nothing was; one or two sentences.</param>
public sealed record RecoveryOutcome(bool Done, string Message);

/// <summary>What an operator asked for.</summary>
internal sealed record RecoveryOrder(bool Anew, string Reason, string? Actor)
{
    public TaskCompletionSource<RecoveryOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
