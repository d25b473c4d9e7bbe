using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Banyan.Bench.Login;

/// <summary>People who register, confirm their address with the code that was sent to it, and log in, all by HTTP as anybody does.</summary>
internal sealed class Residents(HttpClient http, string messenger)
{
    public const string Password = "correct horse battery staple";

    private readonly List<string> _addresses = [];

    /// <summary>Makes so many more of them.</summary>
    public async Task RegisterAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var address = $"resident{_addresses.Count}@bench.example";
            var asked = await PostAsync("/identity/v1/registrations", new { identifier = address, password = Password }, HttpStatusCode.Accepted);
            await PostAsync("/identity/v1/registrations/confirm", new { confirmation = asked.GetProperty("confirmation").GetString(), code = await CodeAsync(address) }, HttpStatusCode.Created);
            _addresses.Add(address);
        }
    }

    /// <summary>Logs them in, so many at once and each in turn, for a while.</summary>
    /// <returns>How long each login took, in milliseconds, sorted; and how long all of it took.</returns>
    public async Task<(double[] Milliseconds, TimeSpan Took)> LogInAsync(int atOnce, TimeSpan time)
    {
        var times = new ConcurrentBag<double>();
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, atOnce).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < time)
            {
                var address = _addresses[Interlocked.Increment(ref next) % _addresses.Count];
                var began = watch.Elapsed;
                await PostAsync("/identity/v1/sessions", new { identifier = address, password = Password }, HttpStatusCode.OK);
                times.Add((watch.Elapsed - began).TotalMilliseconds);
            }
        })));
        return ([.. times.Order()], watch.Elapsed);
    }

    private async Task<string> CodeAsync(string address)
    {
        using var request = Messages(HttpMethod.Get, "/identity/v1/messages");
        using var response = await http.SendAsync(request);
        var messages = (await ReadAsync(response, HttpStatusCode.OK)).GetProperty("messages").EnumerateArray().ToList();
        var message = messages.Last(m => m.GetProperty("to").GetString() == address);
        var text = message.GetProperty("text").GetString()!;
        using var taken = Messages(HttpMethod.Delete, $"/identity/v1/messages/{message.GetProperty("id").GetString()}");
        using var answer = await http.SendAsync(taken);
        return string.Concat(text[text.IndexOf(" is ", StringComparison.Ordinal)..].SkipWhile(static c => !char.IsAsciiDigit(c)).Take(9)).Replace(" ", "", StringComparison.Ordinal);
    }

    private HttpRequestMessage Messages(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", $"bk_{IdentityRole.MessengerId}_{messenger}") } };
        request.Headers.Add("Banyan-Purpose", "delivery");
        return request;
    }

    private async Task<JsonElement> PostAsync(string path, object body, HttpStatusCode expected)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return await ReadAsync(response, expected);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != expected)
            throw new InvalidOperationException($"{response.RequestMessage?.RequestUri?.AbsolutePath}: {(int)response.StatusCode} {text}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
