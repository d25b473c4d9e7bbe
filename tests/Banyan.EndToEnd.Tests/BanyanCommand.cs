using System.Diagnostics;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests;

/// <summary>Runs the command as people do: by its launcher, which builds it where that is needed.</summary>
internal static class BanyanCommand
{
    /// <summary>Generous: the launcher may have to build first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>The launcher.</summary>
    public static string Launcher { get; } = Path.Combine(SharedVectors.Repository, "banyan");

    /// <summary>Runs it to its end.</summary>
    public static Task<CommandOutput> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs it to its end, with more in its environment.</summary>
    public static async Task<CommandOutput> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return new CommandOutput(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts it; the caller sees to its end.</summary>
    public static Process Start(Dictionary<string, string> environment, params string[] arguments)
    {
        var info = new ProcessStartInfo(Launcher) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            info.Environment[name] = value;
        return Process.Start(info)!;
    }
}

/// <summary>What a command gave.</summary>
internal sealed record CommandOutput(int ExitCode, string Out, string Error)
{
    /// <summary>The lines on stderr, without what the launcher says while it builds.</summary>
    public string[] ErrorLines { get; } = [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => !l.StartsWith("banyan: buil", StringComparison.Ordinal) && !l.StartsWith("banyan: waiting for another call", StringComparison.Ordinal))];

    public override string ToString() => $"exit {ExitCode}\n{Out}\n{Error}";
}
