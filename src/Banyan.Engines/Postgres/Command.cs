using System.ComponentModel;
using System.Diagnostics;

namespace Banyan.Engines.Postgres;

/// <summary>Runs a program to its end with an environment of its own: neither our secrets nor someone's PGPORT reach it.</summary>
internal static class Command
{
    /// <param name="command">Program and arguments; never through a shell.</param>
    /// <param name="input">What it reads from stdin.</param>
    /// <param name="environment">Added to the bare environment.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public static async Task<CommandAnswer> RunAsync(IReadOnlyList<string> command, string? input = null, IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellationToken = default)
    {
        using var process = new Process { StartInfo = Describe(command, environment) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new CommandAnswer(127, "", $"{command[0]}: {e.Message}");
        }

        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended without reading: its exit code and its words say why.
            }

            await process.WaitForExitAsync(cancellationToken);
            return new CommandAnswer(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None); // until then it may write on, into a folder that the caller deletes
            throw;
        }
    }

    public static ProcessStartInfo Describe(IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        for (var i = 1; i < command.Count; i++)
            info.ArgumentList.Add(command[i]);
        var path = info.Environment.TryGetValue("PATH", out var value) ? value : "/usr/bin:/bin";
        info.Environment.Clear();
        info.Environment["PATH"] = path;
        info.Environment["LC_ALL"] = "C";
        foreach (var (name, text) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = text;
        return info;
    }
}

/// <summary>How a program ended and what it said.</summary>
internal sealed record CommandAnswer(int ExitCode, string Output, string Errors)
{
    /// <summary>The line that says most: the first with ERROR, FATAL or PANIC, else the last.</summary>
    public string LastWords => ServerLog.LastWords(Errors) ?? ServerLog.LastWords(Output) ?? $"exit code {ExitCode}";
}
