namespace Banyan.Control.Processes;

/// <summary>Signals to processes that this one started itself and has not waited for yet, so that their numbers can't be another's.</summary>
public static class Signals
{
    /// <summary>SIGTERM: please stop.</summary>
    public static void Terminate(int pid) => _ = Libc.Kill(pid, Libc.SIGTERM);
}
