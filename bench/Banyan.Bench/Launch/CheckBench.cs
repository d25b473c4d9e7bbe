using Banyan.Bench.Running;

namespace Banyan.Bench.Launch;

/// <summary>Seconds for <c>banyan check blueprints/sankofa.yaml</c> from the shell, process start and all.</summary>
internal static class CheckBench
{
    public static async Task RunAsync(BenchRun run)
    {
        var rounds = run.Option("--rounds", run.Pick(20, 3));
        await BanyanCommand.BuildAsync();
        string[] check = ["check", Path.Combine(Repository.Root, "blueprints", "sankofa.yaml")];
        var (checks, starts) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            checks.Add(await BanyanCommand.RunAsync(check, expected: [0, 1]));
            starts.Add(await BanyanCommand.RunAsync(["--version"], expected: [0]));
        }

        run.Report(new Figure
        {
            Name = "check-sankofa",
            Ours = Statistics.Median(checks),
            Unit = "s",
            Most = 0.3,
            Note = $"worst={Figure.Number(checks.Max())} command_alone={Figure.Number(Statistics.Median(starts))}",
        });
    }
}
