using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway;

/// <summary>
/// Who is refused by a limit and asks again at once, many times over, is answered late: a client that waits for its answer
/// before it asks again then sends a fraction, and those who keep to their limits have the processor. It costs a timer and a
/// connection that is open anyway; past a bound of held requests connections are closed instead. Thread-safe.
/// </summary>
internal sealed class FloodBrake(TimeProvider time)
{
    /// <summary>So many refusals in a row are answered at once.</summary>
    public const int Tolerated = 20;

    /// <summary>The most requests that are held.</summary>
    public const int MostHeld = 1_000;

    /// <summary>How late the others are answered.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    private int _held;

    public async Task HoldAsync(HttpContext context)
    {
        if (Interlocked.Increment(ref _held) > MostHeld)
        {
            Interlocked.Decrement(ref _held);
            context.Response.Headers.Connection = "close";
            return;
        }

        try
        {
            await Task.Delay(Delay, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }
}
