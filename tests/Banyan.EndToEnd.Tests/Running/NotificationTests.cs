using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A platform whose blueprint names a webhook tells it of moves; the signature is checked as Standard Webhooks 1.0 say, by code of the test's own.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class NotificationTests : IAsyncDisposable
{
    private readonly SmallPlatform _platform = new("told");
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<JsonElement> _told = new();
    private readonly CancellationTokenSource _over = new();

    [Fact]
    public async Task Switch_ThereAndBack_IsToldOnceEachWithAGoodSignature()
    {
        _listener.Start();
        var receiving = ReceiveAsync();
        var secret = Path.Combine(_platform.Folder, "hook.secret");
        await File.WriteAllTextAsync(secret, "whsec_" + Convert.ToBase64String(_secret) + "\n", TestContext.Current.CancellationToken);
        var hook = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/hook");
        await _platform.UpAsync($$"""
            {{SmallPlatform.TwoRegions}}
            notifications:
              allow_private: true
              webhooks:
                - { url: "{{hook}}", secret: "file:{{secret}}", events: [switchover, failback] }
            """);

        await _platform.SwitchAsync("one", "two");
        await Poll.UntilAsync(() => Types().Contains("banyan.switchover"), () => $"told of {string.Join(", ", Types())}");
        await _platform.SwitchAsync("one", "one");
        await Poll.UntilAsync(() => Types().Contains("banyan.failback"), () => $"told of {string.Join(", ", Types())}");

        Types().ShouldBe(["banyan.switchover", "banyan.failback"]);
        var move = _told.First().GetProperty("data");
        (move.GetProperty("partition").GetString(), move.GetProperty("previous").GetString(), move.GetProperty("primary").GetString()).ShouldBe(("one", "one", "two"));
        await _over.CancelAsync();
        await receiving; // Throws what it found wrong.
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _platform.DisposeAsync();
        _listener.Dispose();
        _over.Dispose();
    }

    private IEnumerable<string?> Types() => _told.DistinctBy(static e => e.GetProperty("id").GetString()).Select(static e => e.GetProperty("type").GetString());

    private async Task ReceiveAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_over.Token);
                await using var stream = client.GetStream();
                await TakeAsync(stream);
            }
            catch (OperationCanceledException) when (_over.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task TakeAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        var end = -1;
        var length = int.MaxValue;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (end < 0 || text.Length < end + 4 + length)
        {
            var read = await stream.ReadAsync(buffer, _over.Token);
            read.ShouldBeGreaterThan(0, $"the request is not whole: {text}");
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            if (end >= 0 || (end = text.ToString().IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
                continue;
            foreach (var line in text.ToString()[..end].Split("\r\n").Skip(1))
                headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            length = int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture);
        }

        var body = Encoding.Latin1.GetBytes(text.ToString(end + 4, length));
        var signed = Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.").Concat(body).ToArray();
        headers["webhook-signature"].Split(' ').ShouldContain("v1," + Convert.ToBase64String(HMACSHA256.HashData(_secret, signed)));
        using var json = JsonDocument.Parse(body);
        _told.Enqueue(json.RootElement.Clone());
        await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), _over.Token);
    }
}
