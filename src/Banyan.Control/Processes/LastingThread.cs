using System.Collections.Concurrent;

namespace Banyan.Control.Processes;

/// <summary>
/// A thread that lasts as long as this process: what it starts can ask the kernel for a signal when its parent ends
/// (prctl(2), PR_SET_PDEATHSIG), which means the thread that started it, not the process. Thread-safe.
/// </summary>
internal static class LastingThread
{
    private static readonly Lazy<BlockingCollection<Action>> Work = new(Begin);

    /// <summary>Runs something there, and waits for it.</summary>
    /// <exception cref="Exception">What it throws.</exception>
    public static T Run<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        Work.Value.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception failed)
            {
                done.SetException(failed);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> Begin()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var next in work.GetConsumingEnumerable())
                next();
        }) { IsBackground = true, Name = "starts programs" }.Start();
        return work;
    }
}
