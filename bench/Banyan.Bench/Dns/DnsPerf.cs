using System.Globalization;
using System.Text.RegularExpressions;
using Banyan.Bench.Running;

namespace Banyan.Bench.Dns;

/// <summary>The load generator of DNS queries.</summary>
internal static partial class DnsPerf
{
    /// <param name="Rate">Answers per second.</param>
    /// <param name="Latency">Microseconds on average.</param>
    /// <param name="Lost">Queries without an answer.</param>
    public sealed record Result(double Rate, double Latency, long Lost);

    /// <summary>Asks one question again and again: one thread, ten sockets, 100 on the way.</summary>
    /// <param name="prefix">What it is started by, such as <c>taskset</c>; may be empty.</param>
    /// <param name="queries">A file with the question.</param>
    public static async Task<Result> RunAsync(string[] prefix, string dnsperf, int port, string queries, int seconds)
    {
        string[] command = [.. prefix, dnsperf, "-s", "127.0.0.1", "-p", $"{port}", "-d", queries, "-c", "10", "-T", "1", "-q", "100", "-l", $"{seconds}"];
        await using var child = Child.Start(command[0], command[1..]);
        await child.WaitAsync();
        var output = child.Output;
        if (Rate().Match(output) is not { Success: true } rate || !output.Contains("NOERROR", StringComparison.Ordinal))
            throw new InvalidOperationException($"dnsperf: {output}{child.Tail()}");
        return new Result(Number(rate), Number(Latency().Match(output)) * 1e6, (long)Number(Lost().Match(output)));

        static double Number(Match match) => double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Queries per second:\s+(?<number>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Rate();

    [GeneratedRegex(@"Average Latency \(s\):\s+(?<number>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Latency();

    [GeneratedRegex(@"Queries lost:\s+(?<number>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Lost();
}
