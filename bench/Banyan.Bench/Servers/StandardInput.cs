namespace Banyan.Bench.Servers;

/// <summary>A role ends when the bench closes its input, or ends itself.</summary>
internal static class StandardInput
{
    public static CancellationTokenSource UntilItsEnd()
    {
        var stop = new CancellationTokenSource();
        var reading = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
            }

            stop.Cancel();
        }) { IsBackground = true };
        reading.Start();
        return stop;
    }
}
