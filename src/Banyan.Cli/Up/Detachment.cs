using System.Diagnostics;
using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Cli.Verbs;
using Banyan.Control.Processes;

namespace Banyan.Cli.Up;

/// <summary>
/// <c>up --detach</c>: another process becomes the supervisor, in a session of its own. It tells its progress through
/// pipes, says so when everything serves, and then lets go of them.
/// </summary>
internal static class Detachment
{
    /// <summary>Tells a process that it is the detached supervisor.</summary>
    public const string Option = "--detached";

    private const string Serving = "serving";

    /// <summary>Starts the supervisor and returns when everything serves, or with the reason why not.</summary>
    public static async Task<ExitCode> StartAsync(UpOptions options, VerbContext context, CancellationToken stop)
    {
        var info = new ProcessStartInfo("/usr/bin/setsid") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in Arguments(options))
            info.ArgumentList.Add(argument);
        using var supervisor = Process.Start(info)!;
        supervisor.StandardInput.Close();
        await using var forward = stop.UnsafeRegister(static pid => Signals.Terminate((int)pid!), supervisor.Id);
        var progress = CopyLinesAsync(supervisor.StandardError, context.Terminal.Error);
        var serving = await supervisor.StandardOutput.ReadLineAsync(CancellationToken.None) == Serving;
        if (serving)
            await CopyLinesAsync(supervisor.StandardOutput, context.Terminal.Out);
        await progress;
        if (serving && !stop.IsCancellationRequested)
            return ExitCode.Holds;
        await supervisor.WaitForExitAsync(CancellationToken.None);
        return stop.IsCancellationRequested ? ExitCode.Interrupted : supervisor.ExitCode == 0 ? ExitCode.CouldNotRun : (ExitCode)supervisor.ExitCode;
    }

    /// <summary>In the supervisor: what follows on stdout is the answer to the caller.</summary>
    public static void SayServing(Terminal terminal) => terminal.Out.WriteLine(Serving);

    /// <summary>In the supervisor: from now on it has no terminal, and its caller may go.</summary>
    public static void LetGo(Terminal terminal)
    {
        terminal.Out.Flush();
        terminal.Error.Flush();
        StandardStreams.ToNull();
    }

    private static IEnumerable<string> Arguments(UpOptions options)
    {
        List<string> arguments = [Path.Combine(AppContext.BaseDirectory, "banyan"), "up", Option, "--data", Path.GetFullPath(options.Data), "--cells", options.Cells.ToString(CultureInfo.InvariantCulture)];
        if (options.Port is { } port)
            arguments.AddRange(["--port", port.ToString(CultureInfo.InvariantCulture)]);
        if (options.FrontDoors != 1)
            arguments.AddRange(["--front-doors", options.FrontDoors.ToString(CultureInfo.InvariantCulture)]);
        if (options.DnsPort is { } dns)
            arguments.AddRange(["--dns-port", dns.ToString(CultureInfo.InvariantCulture)]);
        if (options.Consensus is { } consensus)
            arguments.AddRange(["--consensus", consensus]);
        if (options.Tls is { } tls)
            arguments.AddRange(["--tls", tls ? "on" : "off"]);
        if (options.Access is { } access)
            arguments.AddRange(["--access", access ? "on" : "off"]);
        if (options.TlsCertificate is { } certificate)
            arguments.AddRange(["--tls-certificate", Path.GetFullPath(certificate)]);
        if (options.TlsKey is { } key)
            arguments.AddRange(["--tls-key", Path.GetFullPath(key)]);
        if (options.Networks)
            arguments.Add("--networks");
        if (options.Feed)
            arguments.Add("--feed");
        if (options.Timings)
            arguments.Add("--timings");
        if (options.Blueprint is { } blueprint)
            arguments.AddRange(["--", blueprint]);
        return arguments;
    }

    private static async Task CopyLinesAsync(StreamReader from, TextWriter to)
    {
        while (await from.ReadLineAsync(CancellationToken.None) is { } line)
            await to.WriteLineAsync(line);
    }
}
