namespace Banyan.EndToEnd.Tests;

/// <summary>Waiting for what comes by itself, with a deadline that only a failure meets.</summary>
internal static class Poll
{
    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException(otherwise());
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>As the other, for what has to be asked for.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException(otherwise());
            await Task.Delay(50, CancellationToken.None);
        }
    }
}
