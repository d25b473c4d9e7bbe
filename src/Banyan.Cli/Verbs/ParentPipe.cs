namespace Banyan.Cli.Verbs;

/// <summary>
/// The supervisor holds the other end of a child's standard input and never writes to it: its end is the end of the
/// supervisor, however that came, so no child outlives it.
/// </summary>
internal static class ParentPipe
{
    /// <summary>Calls back once, when standard input ends. Costs one thread that sleeps in the kernel.</summary>
    public static void OnEnd(Action callback)
    {
        var thread = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> ignored = stackalloc byte[256];
            while (input.Read(ignored) > 0)
            {
                // Nothing is said on this pipe.
            }

            callback();
        })
        { IsBackground = true, Name = "parent pipe" };
        thread.Start();
    }
}
