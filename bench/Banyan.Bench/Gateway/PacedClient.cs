using System.Diagnostics;
using System.Net.Http.Headers;

namespace Banyan.Bench.Gateway;

/// <summary>A good client: so many requests a second over a few connections, each begun when it is due, and how long each took from then.</summary>
internal static class PacedClient
{
    private const int Lanes = 8;

    public static async Task<List<double>> RunAsync(string address, string token, int perSecond, TimeSpan time)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = Lanes });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        for (var i = 0; i < 200; i++) // connections, and compiled
            (await http.GetAsync(address)).EnsureSuccessStatusCode();
        var began = Stopwatch.GetTimestamp();
        var lanes = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            var took = new List<double>();
            var every = TimeSpan.FromSeconds((double)Lanes / perSecond);
            for (var due = every * lane / Lanes; due < time; due += every)
            {
                var wait = due - Stopwatch.GetElapsedTime(began);
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait);
                var start = Stopwatch.GetTimestamp();
                using var response = await http.GetAsync(address);
                response.EnsureSuccessStatusCode();
                took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return took;
        }));
        return [.. lanes.SelectMany(static l => l).Order()];
    }

    public static double Percentile(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
