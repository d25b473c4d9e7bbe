using Banyan.Bench.Running;

namespace Banyan.Bench.Launch;

/// <summary>
/// Seconds from <c>banyan up --detach</c> to every region of KAI serving: cold with an empty data folder (databases are
/// made), warm with the folder of the run before. The data folder is on the disk of <c>TMPDIR</c>.
/// </summary>
internal static class UpBench
{
    public static async Task RunAsync(BenchRun run)
    {
        var rounds = run.Option("--rounds", run.Pick(3, 1));
        await BanyanCommand.BuildAsync();
        var (cold, warm) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var data = Directory.CreateTempSubdirectory("banyan-bench-up-").FullName;
            File.SetUnixFileMode(data, (UnixFileMode)0b111_101_101);
            // Without access as before there was any, so that figures can be compared; `--access on` measures what users run.
            string[] up = ["up", "--detach", "--data", data, "--port", $"{Ports.Free()}", "--access", run.Text("--access") ?? "off"];
            string[] down = ["down", "--data", data];
            try
            {
                cold.Add(await BanyanCommand.RunAsync(up, expected: [0]));
                await BanyanCommand.RunAsync(down, expected: [0]);
                warm.Add(await BanyanCommand.RunAsync(up, expected: [0]));
                BenchRun.Say($"round {round + 1}: cold {cold[^1]:F1} s, warm {warm[^1]:F1} s");
            }
            finally
            {
                await BanyanCommand.RunAsync(down, expected: [0, 1, 2]);
                Directory.Delete(data, recursive: true);
            }
        }

        run.Report(new Figure { Name = "up-cold", Ours = Statistics.Median(cold), Unit = "s", Most = 15, Note = $"runs={Statistics.List(cold)}" });
        run.Report(new Figure { Name = "up-warm", Ours = Statistics.Median(warm), Unit = "s", Most = 8, Note = $"runs={Statistics.List(warm)}" });
    }
}
