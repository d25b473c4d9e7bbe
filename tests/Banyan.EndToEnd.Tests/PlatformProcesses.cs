using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Banyan.EndToEnd.Tests;

/// <summary>
/// The processes of one platform, found by the test's own means and not the product's: whatever works in its data folder,
/// or names it on its command line.
/// </summary>
internal static class PlatformProcesses
{
    /// <summary>All of them, PostgreSQL's workers included.</summary>
    public static List<(int Pid, string CommandLine)> Find(string data)
    {
        var found = new List<(int, string)>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId)
                continue;
            try
            {
                var commandLine = Encoding.UTF8.GetString(File.ReadAllBytes($"{folder}/cmdline")).Replace('\0', ' ').Trim();
                var works = new FileInfo($"{folder}/cwd").LinkTarget ?? "";
                if (commandLine.Contains(data, StringComparison.Ordinal) || works.StartsWith(data, StringComparison.Ordinal))
                    found.Add((pid, commandLine));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended while it was looked at, or is another user's.
            }
        }

        return found;
    }

    /// <summary>The one child whose command line has this part.</summary>
    public static int Single(string data, string part) => Find(data).Single(p => p.CommandLine.Contains(part, StringComparison.Ordinal)).Pid;

    /// <summary>SIGKILL.</summary>
    public static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    /// <summary>SIGKILL to everything, the supervisor first so that it starts nothing again.</summary>
    public static void KillAll(string data)
    {
        for (var found = Find(data); found.Count > 0; found = Find(data))
        {
            foreach (var (pid, _) in found.OrderByDescending(static p => p.CommandLine.Contains(" up ", StringComparison.Ordinal)))
            {
                try
                {
                    Kill(pid);
                }
                catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
                {
                    // It ended with one that was killed before.
                }
            }
        }
    }
}
