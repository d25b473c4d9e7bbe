using System.Net;
using System.Security.Cryptography;
using Banyan.Routing.Entry;

namespace Banyan.Routing.Tests.Entry.Forwarding.Direct;

public class DirectTests
{
    [Fact]
    public async Task Connection_ManyRequestsInTurn_IsKept()
    {
        await using var cell = await ByteCell.StartAsync(static (_, n) => $"HTTP/1.1 200 OK\r\nContent-Length: {$"answer {n}".Length}\r\n\r\nanswer {n}");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        for (var i = 1; i <= 50; i++)
            (await entry.Client.GetStringAsync("/x")).ShouldBe($"answer {i}");
        cell.Connections.ShouldBeLessThanOrEqualTo(2); // one of them is the probe's
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")]
    public async Task Connection_MoreThanTheAnswer_IsNotUsedAgain(string answer)
    {
        await using var cell = await ByteCell.StartAsync((_, _) => answer);
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        for (var i = 0; i < 5; i++)
            (await entry.Client.GetStringAsync("/x")).ShouldBe("ok");
        cell.Connections.ShouldBeGreaterThanOrEqualTo(5);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", "until the end")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5;x=y\r\nhello\r\n6\r\n again\r\n0\r\nX-Trailer: 1\r\n\r\n", "hello again")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 10\r\n\r\n", "")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok")]
    public async Task Answer_AnyFraming_Arrives(string answer, string body)
    {
        await using var cell = await ByteCell.StartAsync((_, _) => answer, closes: true);
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        (await entry.Client.GetStringAsync("/x")).ShouldBe(body);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")]
    public async Task Answer_BreaksOffInTheBody_IsNotTakenForAWholeOne(string answer)
    {
        await using var cell = await ByteCell.StartAsync((_, _) => answer, closes: true);
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        await Should.ThrowAsync<HttpRequestException>(entry.Client.GetStringAsync("/x"));
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20")]
    [InlineData("")]
    public async Task Answer_NotValid_Is502(string answer)
    {
        await using var cell = await ByteCell.StartAsync((_, _) => answer, closes: true);
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)], new EntryOptions { MostSends = 2 });
        using var response = await entry.Client.GetAsync("/x");
        await response.ShouldBeProblemAsync(502, "region-broke-off");
    }

    [Fact]
    public async Task Answer_ToHead_HasLengthAndNoBody()
    {
        await using var cell = await ByteCell.StartAsync(static (_, n) => n % 2 == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" : "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        for (var i = 0; i < 3; i++)
        {
            using var head = await entry.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/x"));
            head.Content.Headers.ContentLength.ShouldBe(1000);
            using var cached = await entry.Client.GetAsync("/x");
            cached.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            cached.Headers.ETag!.Tag.ShouldBe("\"x\"");
        }
    }

    [Fact]
    public async Task Answer_FieldsChangeFromOneToTheNext_EachHasItsOwn()
    {
        await using var cell = await ByteCell.StartAsync(static (_, n) => $"HTTP/1.1 200 OK\r\nX-A: {n % 3}\r\nX-{(n % 2 == 0 ? "B" : "C")}: {n}\r\nSet-Cookie: a={n}\r\nSet-Cookie: b={n}\r\nX-Text: na\u00efve{n}\r\nContent-Length: 0\r\n\r\n");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        for (var i = 1; i <= 12; i++)
        {
            using var response = await entry.Client.GetAsync("/x");
            response.Headers.GetValues("X-A").ShouldBe([$"{i % 3}"]);
            response.Headers.GetValues(i % 2 == 0 ? "X-B" : "X-C").ShouldBe([$"{i}"]);
            response.Headers.GetValues("Set-Cookie").ShouldBe([$"a={i}", $"b={i}"]);
            response.Headers.Contains(i % 2 == 0 ? "X-C" : "X-B").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Request_BodyOfAnySize_ArrivesUnchanged()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        foreach (var size in (int[])[1, 100, 3000, 4096, 5000, 65_536, 300_000, (1 << 20) - 1])
        {
            var body = RandomNumberGenerator.GetBytes(size);
            using var response = await entry.Client.PostAsync("/upload", new ByteArrayContent(body));
            (await response.Content.ReadAsStringAsync()).ShouldBe($"{size} {Convert.ToHexString(SHA256.HashData(body))} length={size} encoding=");
        }
    }

    [Fact]
    public async Task Request_LargestHead_ArrivesUnchanged()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/headers?{new string('q', 7000)}");
        for (var i = 0; i < 20; i++)
            request.Headers.Add($"X-Field-{i}", new string((char)('a' + i), 1000));
        using var response = await entry.Client.SendAsync(request);
        var seen = await response.Content.ReadAsStringAsync();
        seen.ShouldContain($"?{new string('q', 7000)} HTTP/1.1");
        for (var i = 0; i < 20; i++)
            seen.ShouldContain($"X-Field-{i}: {new string((char)('a' + i), 1000)}");
    }

    [Fact]
    public async Task Answers_ManyAtOnceOverMixedWays_NeverMix()
    {
        await using var cell = await ByteCell.StartAsync(static (head, n) =>
        {
            var name = head.Split(' ')[1];
            var body = string.Concat(Enumerable.Repeat(name + ",", 1 + (n % 2000)));
            return n % 3 == 0 ? $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n" : $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";
        });
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        await Parallel.ForAsync(0, 600, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancel) =>
        {
            var body = await entry.Client.GetStringAsync($"/name-{i}", cancel);
            body.Split(',', StringSplitOptions.RemoveEmptyEntries).ShouldAllBe(n => n == $"/name-{i}");
        });
    }
}
