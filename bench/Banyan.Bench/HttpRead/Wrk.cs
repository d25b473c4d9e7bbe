using System.Globalization;
using System.Text.RegularExpressions;
using Banyan.Bench.Running;

namespace Banyan.Bench.HttpRead;

/// <summary>The load generator of HTTP reads.</summary>
internal static partial class Wrk
{
    /// <summary>One thread, 64 connections.</summary>
    public static Task<Result> RunAsync(string wrk, string address, int seconds) => RunAsync(wrk, address, seconds, header: null);

    /// <summary>As the other, with a header field in each request, <c>Name: value</c>.</summary>
    public static async Task<Result> RunAsync(string wrk, string address, int seconds, string? header)
    {
        await using var child = Child.Start(wrk, ["-t1", "-c64", $"-d{seconds}s", "--latency", .. header is null ? [] : new[] { "-H", header }, address]);
        await child.WaitAsync();
        var output = child.Output;
        if (Rate().Match(output) is not { Success: true } rate)
            throw new InvalidOperationException($"wrk: {output}{child.Tail()}");
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
            throw new InvalidOperationException($"wrk met errors at {address}: {output}");
        return new Result(double.Parse(rate.Groups["rate"].Value, CultureInfo.InvariantCulture), Latency().Match(output) is { Success: true } p99 ? p99.Groups["p99"].Value : "?");
    }

    /// <param name="Rate">Requests per second.</param>
    /// <param name="P99">As wrk writes it.</param>
    public sealed record Result(double Rate, string P99);

    [GeneratedRegex(@"Requests/sec:\s+(?<rate>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Rate();

    [GeneratedRegex(@"99%\s+(?<p99>\S+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Latency();
}
