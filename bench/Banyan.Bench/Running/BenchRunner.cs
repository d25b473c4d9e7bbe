using System.Runtime.InteropServices;
using System.Text.Json;

namespace Banyan.Bench.Running;

/// <summary>Runs benches in turn, then prints the table and writes <c>artifacts/bench/latest.json</c>.</summary>
internal static class BenchRunner
{
    /// <summary>The exit code after a signal, as shells have it.</summary>
    private const int Stopped = 143;

    /// <summary>The longest that a bench which was broken off may clean up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(string[] args, Bench[] benches)
    {
        if (args.Contains("--list") || args.Contains("--help"))
        {
            foreach (var bench in benches)
                Console.WriteLine($"{bench.Name,-16} {bench.About}");
            return 0;
        }

        var names = args.TakeWhile(static a => !a.StartsWith('-')).ToArray();
        if (names.FirstOrDefault(n => benches.All(b => b.Name != n)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"bench: there is no '{unknown}'; there are {string.Join(", ", benches.Select(static b => b.Name))}");
            return 2;
        }

        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var figures = new List<Figure>();
        var run = new BenchRun(args.Contains("--quick"), args, figures);
        var failed = 0;
        foreach (var bench in benches.Where(b => names.Length == 0 || names.Contains(b.Name)))
        {
            await Console.Error.WriteLineAsync($"{bench.Name}: {bench.About}");
            try
            {
                var running = bench.RunAsync(run);
                if (await Task.WhenAny(running, stopped.Task) != running)
                {
                    // Without its children it fails, and what it cleans up behind itself is cleaned up.
                    await Child.StopAllAsync();
                    await Task.WhenAny(running, Task.Delay(Patience));
                    await Console.Error.WriteLineAsync($"{bench.Name} was stopped");
                    return Stopped;
                }

                await running;
            }
#pragma warning disable CA1031 // one that fails must not cost the figures of the others
            catch (Exception error)
#pragma warning restore CA1031
            {
                failed++;
                await Console.Error.WriteLineAsync($"{bench.Name} failed: {error}");
                Console.WriteLine($"FIGURE {bench.Name} failed: {error.Message.ReplaceLineEndings(" ")}");
            }
        }

        PrintTable(figures);
        await WriteAsync(figures, run.Quick);
        return failed == 0 ? 0 : 1;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }
    }

    private static void PrintTable(List<Figure> figures)
    {
        string[][] rows = [["figure", "ours", "peer", "ratio", "aim", ""], .. figures.Select(static f => new[]
        {
            f.Name, $"{Figure.Number(f.Ours)} {f.Unit}", f.Peer is { } peer ? $"{Figure.Number(peer)} {f.Unit} ({f.PeerName})" : f.PeerName is null ? "" : $"missing ({f.PeerName})",
            f.Ratio is { } ratio ? Figure.Number(ratio) : "", f.Aim, f.Holds switch { true => "holds", false => "MISSED", null => "" },
        })];
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(r => r[c].Length)).ToArray();
        Console.WriteLine();
        foreach (var row in rows)
            Console.WriteLine(string.Join("  ", row.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
    }

    private static async Task WriteAsync(List<Figure> figures, bool quick)
    {
        var folder = Path.Combine(Repository.Root, "artifacts", "bench");
        Directory.CreateDirectory(folder);
        var document = new
        {
            at = TimeProvider.System.GetUtcNow(),
            quick,
            machine = new { processors = Environment.ProcessorCount, model = Model(), system = RuntimeInformation.OSDescription, runtime = RuntimeInformation.FrameworkDescription },
            figures = figures.Select(static f => new { name = f.Name, unit = f.Unit, ours = f.Ours, peer = f.Peer, peer_name = f.PeerName, ratio = f.Ratio, aim = f.Aim, holds = f.Holds, note = f.Note }),
        };
        var file = Path.Combine(folder, "latest.json");
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, document, JsonSerializerOptions.Web);
        await Console.Error.WriteLineAsync($"written: {Path.GetRelativePath(Repository.Root, file)}");
    }

    private static string? Model() => File.ReadLines("/proc/cpuinfo").FirstOrDefault(static l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
