using Banyan.Bench.Disaster;
using Banyan.Bench.Journal;

// Processes that a bench starts of itself.
switch (args)
{
    case ["fanout-cell", .. var rest]:
        return await FanoutCell.RunAsync(rest);
    case ["fanout-client", .. var rest]:
        return FanoutClient.Run(rest);
}

// One bench by name, or all of them. Each prints lines that begin with FIGURE; progress goes to stderr.
var benches = new Dictionary<string, Func<string[], Task<int>>>
{
    ["journal"] = JournalBench.RunAsync,
    ["fanout"] = FanoutBench.RunAsync,
};
if (args.Length > 0 && !benches.ContainsKey(args[0]))
{
    await Console.Error.WriteLineAsync($"There is no bench '{args[0]}'; there are: {string.Join(", ", benches.Keys)}.");
    return 2;
}

var worst = 0;
foreach (var bench in args.Length > 0 ? [benches[args[0]]] : benches.Values.ToArray())
    worst = Math.Max(worst, await bench(args.Length > 1 ? args[1..] : []));
return worst;
