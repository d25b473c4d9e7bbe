using System.ComponentModel;
using System.Diagnostics;

namespace Banyan.Control.Networks;

/// <summary>ip(8) of iproute2, by which Linux is told about namespaces, links, routes and rules.</summary>
internal static class IpTool
{
    /// <summary>Where it is; null where it is not installed.</summary>
    public static string? Path { get; } = Find("ip");

    /// <summary>nsenter(1) of util-linux, which starts a program in a namespace and becomes it.</summary>
    public static string? Enter { get; } = Find("nsenter");

    /// <summary>Runs it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="batch">Commands for its stdin, one a line; the first that fails ends it.</param>
    /// <returns>Null where it did what it was asked, else its words.</returns>
    public static string? Run(IReadOnlyList<string> arguments, string? batch = null)
    {
        var info = new ProcessStartInfo(Path ?? "ip") { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in batch is null ? arguments : [.. arguments, "-batch", "-"])
            info.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(info)!;
            process.StandardInput.Write(batch);
            process.StandardInput.Close();
            var said = process.StandardOutput.ReadToEndAsync();
            var words = process.StandardError.ReadToEnd();
            _ = said.GetAwaiter().GetResult();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : words.Length > 0 ? words.Split('\n')[0].TrimEnd('.') : $"exit {process.ExitCode}";
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private static string? Find(string program) =>
        ((string[])["/usr/sbin", "/sbin", "/usr/bin", "/bin"]).Select(f => System.IO.Path.Combine(f, program)).FirstOrDefault(File.Exists);
}
