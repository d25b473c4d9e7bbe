using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Platform;

namespace Banyan.Cli;

/// <summary>Turns what a verb threw into one line and an exit code; a bug is called a bug, with its details in a file.</summary>
internal static class FailureReport
{
    /// <summary>Shows it.</summary>
    public static ExitCode Show(Exception exception, Terminal terminal, Interruption interruption, TimeProvider time)
    {
        switch (exception)
        {
            case CommandFailure failure:
                foreach (var line in failure.Details)
                    terminal.Error.WriteLine(line);
                terminal.Complain(failure.Message);
                return failure.ExitCode;
            case PlatformException failure:
                terminal.Complain(failure.Message);
                return ExitCode.CouldNotRun;
            case OperationCanceledException when interruption.Stop.IsCancellationRequested:
                return ExitCode.Interrupted;
            default:
                terminal.Complain($"this is a bug in banyan: {FirstLine(exception)}; {SaveDetails(exception, time)}");
                return ExitCode.CouldNotRun;
        }
    }

    private static string FirstLine(Exception exception) =>
        $"{exception.GetType().Name}: {exception.Message.AsSpan().Trim().ToString().Split('\n')[0].TrimEnd('.')}";

    private static string SaveDetails(Exception exception, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var file = Path.Combine(Path.GetTempPath(), $"banyan-bug-{now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{Environment.ProcessId}.log");
        try
        {
            File.WriteAllText(file, $"banyan {CommandLine.Version} on {Environment.OSVersion}, .NET {Environment.Version}\nbanyan {string.Join(' ', Environment.GetCommandLineArgs().Skip(1))}\n\n{exception}\n");
            return $"please report it with {file}";
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return $"its details could not be saved ({unwritable.Message.TrimEnd('.')})";
        }
    }
}
