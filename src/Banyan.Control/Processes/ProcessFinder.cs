using System.Globalization;
using System.Text;
using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>
/// Finds what runs of one platform, and nothing of another: children by the instance id in their environment, databases
/// by <c>postmaster.pid</c> in the data folder and a working folder that is that folder.
/// </summary>
public static class ProcessFinder
{
    /// <summary>Every process of the platform but this one.</summary>
    public static IReadOnlyList<PlatformProcess> Find(DataFolder data, string instanceId) => [.. FindChildren(instanceId), .. FindDatabases(data)];

    /// <summary>Keepers, cells, front doors, feeds, and what the consensus store is.</summary>
    public static IReadOnlyList<PlatformProcess> FindChildren(string instanceId)
    {
        var sign = Encoding.UTF8.GetBytes($"{ChildLifetime.InstanceVariable}={instanceId}\0");
        var found = new List<PlatformProcess>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid == Environment.ProcessId)
                continue;
            if (ReadBytes($"{folder}/environ") is not { } environment || environment.AsSpan().IndexOf(sign) < 0)
                continue;

            // PostgreSQL inherits its keeper's environment; a database is found by its folder instead.
            if (ReadBytes($"{folder}/cmdline") is not { Length: > 0 } commandLine || Encoding.UTF8.GetString(commandLine).Split('\0') is not { Length: > 2 } words
                || NameOf(words) is not { } name || ProcessIdentity.Of(pid) is not { } identity)
                continue;
            found.Add(new PlatformProcess(identity, name, IsDatabase: false));
        }

        return found;
    }

    /// <summary>What a command line of ours is: <c>banyan VERB</c>, a member of etcd or the chain's node; null for others.</summary>
    private static string? NameOf(string[] words) => Path.GetFileName(words[0]) switch
    {
        "banyan" => After(words, "--region") is { } region ? $"{words[1]}-{region}" : words[1],
        "etcd" => After(words, "--name"),
        "anvil" => "chain",
        _ => null,
    };

    private static string? After(string[] words, string option) =>
        Array.IndexOf(words, option) is > 0 and var at && at + 1 < words.Length ? words[at + 1] : null;

    /// <summary>Postmasters whose data folder is in the platform's.</summary>
    public static IReadOnlyList<PlatformProcess> FindDatabases(DataFolder data)
    {
        if (!Directory.Exists(data.Databases))
            return [];
        var found = new List<PlatformProcess>();
        foreach (var folder in Directory.EnumerateDirectories(data.Databases).Append(data.Template))
        {
            if (FindPostmaster(folder) is { } identity)
                found.Add(new PlatformProcess(identity, $"postgres {Path.GetFileName(folder)}", IsDatabase: true));
        }

        return found;
    }

    /// <summary>The live postmaster of a PostgreSQL data folder; null where none runs.</summary>
    public static ProcessIdentity? FindPostmaster(string folder)
    {
        try
        {
            var firstLine = File.ReadLines(Path.Combine(folder, "postmaster.pid")).FirstOrDefault();
            if (!int.TryParse(firstLine, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || ProcessIdentity.Of(pid) is not { } identity)
                return null;
            return (WorkingFolder(pid) is { } works ? works == RealPath(folder) : IsNamedInCommandLine(pid, folder)) ? identity : null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null where this user may not ask (another user's process, and no CAP_SYS_PTRACE).</summary>
    private static string? WorkingFolder(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsNamedInCommandLine(int pid, string folder) =>
        ReadBytes($"/proc/{pid}/cmdline") is { } commandLine && Encoding.UTF8.GetString(commandLine).Split('\0').Contains(folder, StringComparer.Ordinal);

    /// <summary>The path without symbolic links, as <c>/proc/PID/cwd</c> shows it.</summary>
    private static string RealPath(string folder)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(folder).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            real = new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? real;
        }

        return real;
    }

    private static byte[]? ReadBytes(string file)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
