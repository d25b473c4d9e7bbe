using System.Diagnostics;
using Banyan.Control.Networks;
using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>One life of a child process. Its stdin stays open until it is to stop; what it writes goes to its log.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process _process;
    private readonly Task _pumps;
    private readonly int? _stopSignal;

    private Child(Process process, Task pumps, int? stopSignal) => (_process, _pumps, _stopSignal) = (process, pumps, stopSignal);

    public int Pid => _process.Id;

    /// <summary>Starts it, in a session of its own: a Ctrl-C at the terminal is the supervisor's to handle, in its order.</summary>
    public static Child Start(ChildSpec spec, string executable, PlatformState platform, BoundedLog log)
    {
        var program = spec.Program ?? executable;
        // Each of these becomes the next, so that the process keeps its number.
        List<string> command = [.. spec.Network is { } network ? [IpTool.Enter ?? "nsenter", $"--net={network}"] : (string[])[], .. SessionTool is { } session ? [session] : (string[])[], program, .. spec.Arguments];
        var info = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Skip(1))
            info.ArgumentList.Add(argument);
        info.Environment[ChildLifetime.InstanceVariable] = platform.InstanceId;
        // Threads of the pool come and go.
        var process = spec.Program is null ? Process.Start(info)! : LastingThread.Run(() => Process.Start(info)!);
        return new Child(process, Task.WhenAll(log.CopyFromAsync(process.StandardOutput.BaseStream), log.CopyFromAsync(process.StandardError.BaseStream)), spec.Program is null ? null : spec.StopSignal);
    }

    /// <summary>Waits for its end, and for all that it wrote.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);

        // A database that it leaves behind may hold the pipe open; what the child itself wrote is there by now.
        await Task.WhenAny(_pumps, Task.Delay(TimeSpan.FromMilliseconds(200)));
        return _process.ExitCode;
    }

    /// <summary>Asks it to drain and stop.</summary>
    public void AskToStop()
    {
        if (_stopSignal is { } signal)
            Signal(signal);
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            return; // It is gone already.
        }
    }

    /// <summary>Sends a signal; nothing where it has ended.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited)
            Libc.Kill(_process.Id, signal);
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    /// <summary>setsid(1) of util-linux, which Debian always has.</summary>
    private static string? SessionTool { get; } = File.Exists("/usr/bin/setsid") ? "/usr/bin/setsid" : null;
}
