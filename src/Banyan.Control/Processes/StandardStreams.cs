using System.Runtime.InteropServices;

namespace Banyan.Control.Processes;

/// <summary>This process's standard streams.</summary>
public static class StandardStreams
{
    /// <summary>Points all three to <c>/dev/null</c>: whoever holds the other ends sees them end.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void ToNull()
    {
        var nowhere = Libc.Open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        if (nowhere < 0)
            throw new IOException($"/dev/null: {Marshal.GetLastPInvokeErrorMessage()}");
        for (var stream = 0; stream <= 2; stream++)
        {
            if (Libc.Dup2(nowhere, stream) < 0)
                throw new IOException($"dup2: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
