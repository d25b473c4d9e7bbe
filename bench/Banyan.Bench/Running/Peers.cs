namespace Banyan.Bench.Running;

/// <summary>The programs that benches compare with or load with; <c>eng/setup bench</c> installs them.</summary>
internal static class Peers
{
    /// <summary>Path of a command, or null where it is not installed; that is said.</summary>
    public static string? Find(string command)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin");
        if (folders.Select(f => Path.Combine(f, command)).FirstOrDefault(File.Exists) is { } found)
            return found;
        BenchRun.Say($"{command} is not installed: left out (eng/setup bench installs it)");
        return null;
    }
}
