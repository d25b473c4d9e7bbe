using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;

namespace Banyan.Bench.FanOut;

/// <summary>
/// The load of the fan-out bench, in a process of its own: subscribes, publishes one event after the other, and measures
/// from before the publish is sent until the last subscriber has all of the event. Arguments: port, path to subscribe,
/// path to publish, kind (<c>cap</c>, or the length of a plain text), subscribers, events.
/// </summary>
internal static class SubscribersRole
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public static int Run(string[] args)
    {
        var (port, subscribe, publish, kind) = (Number(args[0]), args[1], args[2], args[3]);
        var (count, events) = (Number(args[4]), Number(args[5]));
        using var subscribers = new Subscribers(count, events + 1);
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) }) { BaseAddress = new UriBuilder("http", IPAddress.Loopback.ToString(), port).Uri };
        var connecting = Stopwatch.StartNew();
        subscribers.Connect(port, subscribe);
        if (!Until(() => subscribers.Ready == count || subscribers.Lost > 0) || subscribers.Lost > 0)
        {
            Console.Error.WriteLine($"{subscribers.Ready} of {count} subscribers are connected, {subscribers.Lost} were refused");
            return 1;
        }

        var connected = connecting.Elapsed.TotalSeconds;
        Thread.Sleep(TimeSpan.FromSeconds(1.5));
        var results = new List<Measured>();
        for (var number = 0; number <= events; number++)
        {
            using var content = Content(kind, number);
            var began = Stopwatch.GetTimestamp();
            using var response = http.Send(new HttpRequestMessage(HttpMethod.Post, publish) { Content = content });
            var answered = Stopwatch.GetElapsedTime(began);
            if (!response.IsSuccessStatusCode)
            {
                Console.Error.WriteLine($"the publish was answered {(int)response.StatusCode}: {new StreamReader(response.Content.ReadAsStream()).ReadToEnd()}");
                return 1;
            }

            Until(() => subscribers.Arrived(number) == count);
            var arrivals = subscribers.Arrivals(number).Where(static a => a != 0).Order().Select(a => Stopwatch.GetElapsedTime(began, a).TotalMilliseconds).ToArray();
            if (number > 0) // the first one warms
                results.Add(new Measured(answered.TotalMilliseconds, Statistics.At(arrivals, 0.5), Statistics.At(arrivals, 0.99), Statistics.At(arrivals, 1), count - arrivals.Length));
            Thread.Sleep(Pause);
        }

        Console.WriteLine(JsonSerializer.Serialize(new Summary(
            connected, Statistics.Median(results.Select(static r => r.Answered)), Statistics.Median(results.Select(static r => r.P50)), Statistics.Median(results.Select(static r => r.P99)),
            Statistics.Median(results.Select(static r => r.Last)), results.Max(static r => r.Last), results.Sum(static r => r.Missed))));
        return 0;
    }

    private static HttpContent Content(string kind, int number)
    {
        var marker = string.Create(CultureInfo.InvariantCulture, $"~E~{number:000000}");
        if (kind != "cap")
            return new StringContent(marker.PadLeft(Number(kind), 'x'), Encoding.ASCII, "text/plain");
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(SampleAlert.Xml($"bench{Guid.NewGuid():N}{marker}")));
        content.Headers.ContentType = new MediaTypeHeaderValue(SampleAlert.ContentType);
        return content;
    }

    private static bool Until(Func<bool> condition)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            if (patience.Elapsed > Patience)
                return false;
            Thread.Sleep(1);
        }

        return true;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>What the role prints: milliseconds, but for the first.</summary>
    public sealed record Summary(double ConnectSeconds, double Answered, double P50, double P99, double Last, double WorstLast, int Missed);

    private sealed record Measured(double Answered, double P50, double P99, double Last, int Missed);
}
