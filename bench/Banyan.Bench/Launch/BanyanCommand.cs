using System.Diagnostics;
using System.Globalization;
using Banyan.Bench.Running;

namespace Banyan.Bench.Launch;

/// <summary>The command as a person starts it: by the launcher at the repository's root.</summary>
internal static class BanyanCommand
{
    private static readonly string Launcher = Path.Combine(Repository.Root, "banyan");

    /// <summary>So that no bench measures the build of its first use.</summary>
    public static async Task BuildAsync()
    {
        BenchRun.Say($"building the command, where that is needed");
        await RunAsync(["--version"], expected: [0]);
    }

    /// <summary>Runs it to its end; seconds.</summary>
    public static async Task<double> RunAsync(string[] arguments, int[] expected)
    {
        var clock = Stopwatch.StartNew();
        await using var child = Child.Start(Launcher, arguments);
        var code = await child.WaitAsync();
        var seconds = clock.Elapsed.TotalSeconds;
        if (!expected.Contains(code))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"banyan {string.Join(' ', arguments)} ended with {code}: {child.Tail()}"));
        return seconds;
    }

    /// <summary>Runs it to its end; what it wrote to its standard output.</summary>
    public static async Task<string> ReadAsync(string[] arguments, int[] expected)
    {
        await using var child = Child.Start(Launcher, arguments);
        var code = await child.WaitAsync();
        return expected.Contains(code) ? child.Output
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"banyan {string.Join(' ', arguments)} ended with {code}: {child.Tail()}"));
    }
}
