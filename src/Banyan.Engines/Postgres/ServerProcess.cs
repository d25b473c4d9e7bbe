using System.Globalization;

namespace Banyan.Engines.Postgres;

/// <summary>A live server of a data folder.</summary>
/// <param name="Pid">Its process.</param>
/// <param name="Port">The port that it says it listens on; 0 where it has not said.</param>
/// <param name="IsReady">Whether it says that it takes connections.</param>
public sealed record LiveServer(int Pid, int Port, bool IsReady);

/// <summary>Finds servers by what the kernel says of their processes, not by what a file in the folder claims.</summary>
internal static class ServerProcess
{
    /// <summary>How far a process' start and the one in its pid file may be apart where nothing better proves that they are one.</summary>
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(10);

    /// <summary>The live server of a folder, or null: no pid file, a stale one, or one whose number now belongs to someone else.</summary>
    public static LiveServer? Find(string folder)
    {
        if (PostmasterFile.Read(folder) is not { } file || !Proves(file, folder))
            return null;
        return new LiveServer(file.Pid, file.Port, file.IsReady);
    }

    /// <summary>
    /// Processes of a server that died before them. They hold its shared memory, so a new one can't start until they
    /// end: at once by themselves when idle, but only after its query when one is computing.
    /// </summary>
    public static IReadOnlyList<int> Strays(string folder)
    {
        var place = LinuxCalls.Identify(folder);
        var strays = new List<int>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && WorksIn(pid, place) == true && IsPostgres(pid) != false) // A dying process has lost its exe before its cwd.
                strays.Add(pid);
        }

        return strays;
    }

    /// <summary>
    /// Whether a pid file names a process that provably is not its folder's server. A server would take it for a live one and
    /// refuse to start: one that works elsewhere (after a restart of the machine, with ten servers of one user, not rare), or
    /// the dead server itself, where its parent has not fetched its end yet. A number that is free it sees through.
    /// </summary>
    public static bool IsMisleading(string folder) =>
        PostmasterFile.Read(folder) is { } file && (IsZombie(file.Pid) || WorksIn(file.Pid, LinuxCalls.Identify(folder)) == false);

    private static bool IsZombie(int pid) => Stat(pid) is ['Z' or 'X', ..];

    private static bool Proves(PostmasterFile file, string folder)
    {
        // A server's children have titles such as "postgres: walwriter"; the server itself keeps its command line.
        if (CommandLine(file.Pid) is not { } command || command.StartsWith("postgres: ", StringComparison.Ordinal))
            return false;
        return (IsPostgres(file.Pid), WorksIn(file.Pid, LinuxCalls.Identify(folder))) switch
        {
            (true, true) => true,
            (false, _) or (_, false) => false,
            // Another user's process, whose exe and cwd we may not see: its words and its start must both fit.
            _ => command.Contains("postgres", StringComparison.Ordinal) && command.Contains(folder, StringComparison.Ordinal)
                && StartOf(file.Pid) is { } start && (start - file.StartedAt).Duration() < StartTolerance,
        };
    }

    private static string? CommandLine(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ').Trim();
            return text.Length == 0 ? null : text;
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    private static bool? IsPostgres(int pid)
    {
        try
        {
            // "(deleted)" follows where the programs were upgraded under a running server.
            return new FileInfo($"/proc/{pid}/exe").LinkTarget is { } exe ? Path.GetFileName(exe).Split(' ')[0] is "postgres" or "postmaster" : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (Exception e) when (IsGone(e))
        {
            return false;
        }
    }

    /// <summary>PostgreSQL's processes all work in their data folder.</summary>
    private static bool? WorksIn(int pid, FileIdentity? folder) =>
        LinuxCalls.Identify($"/proc/{pid}/cwd") is { } cwd ? cwd.IsSameFile(folder) : null;

    private static DateTimeOffset? StartOf(int pid)
    {
        if (Stat(pid) is not { } stat)
            return null;
        // The 22nd field of the line, so the 20th of ours, in 1/100 s since boot.
        var ticks = long.Parse(stat.Split(' ')[19], CultureInfo.InvariantCulture);
        var boot = File.ReadLines("/proc/stat").First(l => l.StartsWith("btime ", StringComparison.Ordinal))["btime ".Length..];
        return DateTimeOffset.FromUnixTimeSeconds(long.Parse(boot, CultureInfo.InvariantCulture)).AddMilliseconds(ticks * 10);
    }

    /// <summary>/proc/PID/stat from its third field, the state, on: the second is the name in brackets and may hold anything. Null where there is no such process.</summary>
    private static string? Stat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..];
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    /// <summary>A process that ends while it is read makes its files vanish (ENOENT) or fail (ESRCH).</summary>
    private static bool IsGone(Exception e) => e is FileNotFoundException or DirectoryNotFoundException or IOException { HResult: LinuxCalls.NoSuchProcess };
}
