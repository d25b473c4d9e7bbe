using System.Text;

namespace Banyan.Engines.Postgres;

/// <summary>A server's log file, in its data folder: the server appends to it, we read its end and keep it small.</summary>
internal static class ServerLog
{
    public const string FileName = "server.log";
    public const string OldFileName = "server.log.1";

    /// <summary>Past this the log is set aside, so that two of them at most lie in a folder.</summary>
    public const long MaxLength = 8 << 20;
    private const int TailLength = 16 << 10;
    private static readonly string[] Grave = ["PANIC:", "FATAL:", "ERROR:", "error:", "could not", "cannot", "failed"];

    public static long Length(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        return file.Exists ? file.Length : 0;
    }

    /// <summary>What was written after an offset, its last 16 KiB at most.</summary>
    public static string Read(string folder, long from)
    {
        try
        {
            using var stream = new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = Math.Min(stream.Length, Math.Max(from, stream.Length - TailLength));
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }

    /// <summary>The line that says most: the last with the gravest mark, else the last at all; null where there is none.</summary>
    public static string? LastWords(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var mark in Grave)
        {
            if (Array.FindLast(lines, l => l.Contains(mark, StringComparison.Ordinal)) is { } line)
                return line[Math.Max(0, line.IndexOf(mark, StringComparison.Ordinal))..];
        }

        return lines.Length > 0 ? lines[^1] : null;
    }

    /// <summary>
    /// Sets the log aside when it is large. The server holds it open for appending, so it is copied and cut, never
    /// renamed; lines written between the two steps are lost, which a log may.
    /// </summary>
    public static bool Rotate(string folder, ServerAccount account)
    {
        if (Length(folder) <= MaxLength)
            return false;
        var log = Path.Combine(folder, FileName);
        var old = Path.Combine(folder, OldFileName);
        File.Copy(log, old, overwrite: true);
        account.Give(old);
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(0);
        return true;
    }

    /// <summary>What kind of failure the words of a server that did not come up tell.</summary>
    public static PostgresError ExplainStart(string folder, int port, string words, string address = PostgresSettings.Loopback)
    {
        var last = Has(words, "contains errors") ? RefusedSetting(words) : LastWords(words) ?? "it said nothing";
        return words switch
        {
            _ when Has(words, "could not bind") || Has(words, "could not create any TCP/IP sockets") => Errors.PortTaken(folder, port, address),
            _ when Has(words, "No space left on device") => Errors.NoSpace(folder),
            _ when Has(words, "database files are incompatible") => new PostgresError(PostgresFailure.OtherVersion, $"{folder}: {last}. Install the version that made it."),
            _ when Has(words, "lock file \"postmaster.pid\" already exists") || Has(words, "pre-existing shared memory block") =>
                new PostgresError(PostgresFailure.InUse, $"{folder} is in use by a live server: {last}. Stop that server."),
            _ when Has(words, "Permission denied") => new PostgresError(PostgresFailure.NoPermission, $"{folder}: {last}. Give the folder to the server's user."),
            _ => new PostgresError(PostgresFailure.Crashed, $"The server of {folder} did not come up: {last} (see {Path.Combine(folder, FileName)})"),
        };
    }

    /// <summary>Why a server that was up ended. Sessions write FATAL too, so only its own lines count: the prefix tells the process.</summary>
    public static PostgresError ExplainEnd(string folder, int pid, string words)
    {
        var own = Array.FindLast(words.Split('\n'), l => Has(l, $"[{pid}]") && (Has(l, "PANIC:") || Has(l, "FATAL:") || Has(l, "shutdown request")));
        if (Has(words, "No space left on device"))
            return Errors.NoSpace(folder);
        return new PostgresError(PostgresFailure.Crashed, own is null
            ? $"Server {pid} of {folder} ended without a word, as by kill -9 or for want of memory."
            : $"Server {pid} of {folder} ended: {own[(own.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim()}");
    }

    /// <summary>"configuration file … contains errors" follows the lines that say which.</summary>
    private static string RefusedSetting(string words)
    {
        var lines = words.Split('\n');
        var before = lines[Math.Max(0, Array.FindIndex(lines, l => Has(l, "contains errors")) - 1)];
        return before[(before.IndexOf("LOG:", StringComparison.Ordinal) is var at and >= 0 ? at + "LOG:".Length : 0)..].Trim();
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.Ordinal);
}
