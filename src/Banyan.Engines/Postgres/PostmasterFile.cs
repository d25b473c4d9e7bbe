using System.Globalization;

namespace Banyan.Engines.Postgres;

/// <summary>What a server wrote into <c>postmaster.pid</c>. It may be stale: only a live process of that number that works in the folder counts.</summary>
/// <param name="Pid">The server's process.</param>
/// <param name="StartedAt">When the server started, by its clock.</param>
/// <param name="Port">Its port; 0 where it had not come to that line.</param>
/// <param name="Status"><c>starting</c>, <c>stopping</c>, <c>ready</c> or <c>standby</c> (up, but not yet open); empty where it had not come to that line.</param>
internal sealed record PostmasterFile(int Pid, DateTimeOffset StartedAt, int Port, string Status)
{
    public const string FileName = "postmaster.pid";

    public bool IsReady => Status == "ready";

    public static PostmasterFile? Read(string folder)
    {
        try
        {
            return Parse(File.ReadAllText(Path.Combine(folder, FileName)));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Lines: pid, folder, start (seconds since 1970), port, socket folder, address, shared memory, status. A negative pid is a single-user server's.</summary>
    public static PostmasterFile? Parse(string text)
    {
        var lines = text.Split('\n');
        if (!int.TryParse(lines[0].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid) || pid is 0 or int.MinValue)
            return null;
        var started = lines.Length > 2 && long.TryParse(lines[2].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.UnixEpoch;
        var port = lines.Length > 3 && int.TryParse(lines[3].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new PostmasterFile(Math.Abs(pid), started, port, lines.Length > 7 ? lines[7].Trim() : "");
    }
}
