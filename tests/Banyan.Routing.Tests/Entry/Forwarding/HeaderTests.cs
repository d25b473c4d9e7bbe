using System.Text;

namespace Banyan.Routing.Tests.Entry.Forwarding;

public class HeaderTests
{
    [Fact]
    public async Task Request_AnyHeaders_PassExceptThoseThatEndHere()
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        using var raw = await RawClient.ConnectAsync(entry.Port);
        await raw.SendAsync(
            "GET /headers?q=a%20b HTTP/1.1\r\nHost: api.example:8080\r\nConnection: X-Mine\r\nX-Mine: private\r\nKeep-Alive: timeout=1\r\n" +
            "TE: trailers\r\nProxy-Authorization: Basic x\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\n" +
            "X-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nVia: 1.0 other\r\nIdempotency-Key: \"k\"\r\nCookie: a=1; b=2\r\n" +
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Text: na\u00efve\r\nContent-Language: en\r\nX-Two: 1\r\nX-Two: 2\r\n\r\n");
        var answer = await raw.ReadAsync("\r\n0\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200");
        answer.ShouldContain("\r\nBanyan-Region: home\r\n");
        var body = Dechunk(answer);
        body[0].ShouldBe("GET /headers?q=a%20b HTTP/1.1");
        body.Skip(1).Where(h => h.Length > 0).Order(StringComparer.OrdinalIgnoreCase).ShouldBe(
        [
            "Content-Language: en",
            "Cookie: a=1; b=2",
            $"Host: 127.0.0.1:{cell.Port}",
            "Idempotency-Key: \"k\"",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "Via: 1.0 other, 1.1 banyan",
            "X-Forwarded-For: 127.0.0.1",
            "X-Forwarded-Host: api.example:8080",
            "X-Forwarded-Proto: http",
            "X-Text: na\u00efve",
            "X-Two: 1, 2",
        ]);
    }

    [Fact]
    public async Task Answer_AnyHeaders_PassExceptThoseThatEndHere()
    {
        using var cell = ScriptedCell.Start(
            "HTTP/1.1 302 Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nETag: \"a\"\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Text: na\u00efve\r\nLast-Modified: not a date\r\n" +
            "Connection: close, X-Private\r\nX-Private: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nAlt-Svc: h3=\":443\"\r\nBanyan-Region: lie\r\n" +
            "Location: /elsewhere\r\nContent-Length: 0\r\n\r\n");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        var answer = await RawClient.ExchangeAsync(entry.Port, "GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 302");
        var headers = answer.Split("\r\n").Skip(1).Where(h => h.Length > 0);
        headers.Order(StringComparer.Ordinal).ShouldBe(
        [
            "Banyan-Region: home",
            "Connection: close",
            "Content-Length: 0",
            "Date: Sun, 06 Nov 1994 08:49:37 GMT",
            "ETag: \"a\"",
            "Last-Modified: not a date",
            "Location: /elsewhere",
            "Set-Cookie: a=1",
            "Set-Cookie: b=2",
            "X-Text: na\u00efve",
        ]);
    }

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("DELETE", 204)]
    [InlineData("PUT", 304)]
    [InlineData("OPTIONS", 200)]
    [InlineData("PROPFIND", 207)]
    public async Task Request_AnyMethod_ReachesCellWithItsStatusBack(string method, int status)
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        using var response = await entry.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/status/{status}"));
        ((int)response.StatusCode).ShouldBe(status);
        cell.Seen.ShouldBe([$"{method} /status/{status}"]);
    }

    [Theory]
    [InlineData("/a%2Fb/%E2%82%AC/c;d=1?x=%20&y=/../z#", "/a%2Fb/%E2%82%AC/c;d=1?x=%20&y=/../z#")]
    [InlineData("/regions/home/a%2Fb//c?x", "/a%2Fb//c?x")]
    [InlineData("/regions/home", "/")]
    [InlineData("/regions/HOME?x=1", "/?x=1")]
    [InlineData("http://x/regions/home/a", "/a")]
    [InlineData("/%2563ell/v1/status", "/%2563ell/v1/status")]
    public async Task Request_AnyTarget_ReachesCellByteForByte(string target, string expected)
    {
        await using var cell = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync(cell);
        var answer = await RawClient.ExchangeAsync(entry.Port, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200");
        cell.Seen.ShouldBe([$"GET {expected}"]);
    }

    [Fact]
    public async Task Answer_TrailersOverHttp2_Arrive()
    {
        using var cell = ScriptedCell.Start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)], http2: true);
        using var response = await entry.Client.GetAsync("/x");
        (await response.Content.ReadAsStringAsync()).ShouldBe("hello");
        response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["42"]);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nab")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Bad: a\u0001b\r\nContent-Length: 0\r\n\r\n")]
    public async Task Answer_NotValidHttp_Is502(string script)
    {
        using var cell = ScriptedCell.Start(script);
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        using var response = await entry.Client.GetAsync("/x");
        await response.ShouldBeProblemAsync(502, "region-broke-off");
    }

    [Fact]
    public async Task Answer_HeadersTooLarge_Is502()
    {
        using var cell = ScriptedCell.Start($"HTTP/1.1 200 OK\r\nX-Large: {new string('x', 100_000)}\r\nContent-Length: 0\r\n\r\n");
        await using var entry = await TestEntry.StartAsync([("home", cell.Address)]);
        using var response = await entry.Client.GetAsync("/x");
        await response.ShouldBeProblemAsync(502, "region-broke-off");
    }

    /// <summary>Lines of a chunked body.</summary>
    private static string[] Dechunk(string answer)
    {
        var rest = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var body = new StringBuilder();
        while (true)
        {
            var end = rest.IndexOf("\r\n", StringComparison.Ordinal);
            var size = int.Parse(rest[..end], System.Globalization.NumberStyles.HexNumber);
            if (size == 0)
                return body.ToString().Split('\n');
            body.Append(rest, end + 2, size);
            rest = rest[(end + 2 + size + 2)..];
        }
    }
}
