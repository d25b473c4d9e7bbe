using System.Globalization;
using System.Runtime.InteropServices;

namespace Banyan.Control.Processes;

/// <summary>This process's standard streams.</summary>
public static class StandardStreams
{
    /// <summary>
    /// Points all three to <c>/dev/null</c>, and whatever else is the same pipe or terminal (.NET's console keeps copies of
    /// its own): whoever holds the other ends sees them end.
    /// </summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void ToNull()
    {
        var nowhere = Libc.Open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        if (nowhere < 0)
            throw new IOException($"/dev/null: {Marshal.GetLastPInvokeErrorMessage()}");
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(static f => (Number: int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture), Target: new FileInfo(f).LinkTarget))
            .ToList();
        var standard = open.Where(static f => f.Number <= 2).Select(static f => f.Target).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (number, target) in open)
        {
            if (number != nowhere && (number <= 2 || (target is not null && standard.Contains(target))) && Libc.Dup2(nowhere, number) < 0)
                throw new IOException($"dup2: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
