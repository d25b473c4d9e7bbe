using Banyan.Routing.Tests.Entry.Forwarding;

namespace Banyan.Routing.Tests.Entry.Smuggling;

/// <summary>
/// A real entry before a real cell that asks who is there. Whatever bytes a stranger sends, no request of the stranger's
/// making reaches the cell inside another, none gets another's credential, and nobody gets another's answer.
/// </summary>
public sealed class SmugglingTests : IClassFixture<SmugglingTests.Fixture>
{
    private const string Inner = "GET /notes/v1/smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    private readonly Fixture _fixture;

    public SmugglingTests(Fixture fixture)
    {
        _fixture = fixture;
        Cell.Seen.Clear();
    }

    private GuardedCell Cell => _fixture.Cell!;

    private TestEntry Entry => _fixture.Entry!;

    /// <summary>RFC 9112 sections 6.1, 6.3, 7.1 and 11.2, and the shapes that desynchronized real pairs of servers.</summary>
    [Theory]
    [InlineData("CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG")]
    [InlineData("TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n2c\r\n{inner}\r\n0\r\n\r\n")]
    [InlineData("CL.CL", "Content-Length: 0\r\nContent-Length: 44\r\n\r\n{inner}")]
    [InlineData("CL list", "Content-Length: 0, 44\r\n\r\n{inner}")]
    [InlineData("CL sign", "Content-Length: +0\r\n\r\n{inner}")]
    [InlineData("CL hexadecimal", "Content-Length: 0x0\r\n\r\n{inner}")]
    [InlineData("CL with a blank inside", "Content-Length: 0 0\r\n\r\n{inner}")]
    [InlineData("CL too large", "Content-Length: 18446744073709551616\r\n\r\n{inner}")]
    [InlineData("CL blank before the colon", "Content-Length : 46\r\nContent-Length: 0\r\n\r\n{inner}")]
    [InlineData("TE blank before the colon", "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE tab", "Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE unknown", "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE list", "Transfer-Encoding: chunked, cow\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE quoted", "Transfer-Encoding: \"chunked\"\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE vertical tab", "Transfer-Encoding: \vchunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE folded", "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE after a bare LF", "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE after a bare CR", "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("TE after a NUL", "X: y\0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}")]
    [InlineData("chunk size negative", "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{inner}")]
    [InlineData("chunk size overflows", "Transfer-Encoding: chunked\r\n\r\n100000000000000000\r\n\r\n{inner}")]
    [InlineData("chunk size prefixed", "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n{inner}")]
    [InlineData("chunk longer than it says", "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n{inner}")]
    [InlineData("chunk ends with a bare LF", "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n{inner}")]
    [InlineData("chunk extension with a bare LF", "Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n2c\r\n0\r\n\r\n{inner}0\r\n\r\n")]
    [InlineData("length nominated away", "Connection: Content-Length\r\nContent-Length: 44\r\n\r\n{inner}")]
    [InlineData("Authorization nominated away", "Connection: Authorization\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("upgrade to HTTP/2", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("Expect with a body that is a request", "Expect: 100-continue\r\nContent-Length: 44\r\n\r\n{inner}")]
    public async Task Framing_ThatTwoReadersTakeForDifferentThings_SmugglesNothing(string name, string rest)
    {
        Inner.Length.ShouldBe(44);
        for (var i = 0; i < 3; i++) // on kept connections to the cell, too
        {
            var request = $"POST /notes/v1/outer HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Cell.Token("attacker")}\r\n{rest.Replace("{inner}", Inner, StringComparison.Ordinal)}";
            using var attacker = await RawClient.ConnectAsync(Entry.Port);
            await attacker.SendAsync(request);
            var victim = await AskAsync("victim");
            victim.ShouldBe("GET /notes/v1/mine home.victim 0", name);
        }

        Cell.Seen.Where(static s => s.Contains("smuggled", StringComparison.Ordinal)).ShouldBeEmpty(name);
    }

    /// <summary>What the tests above would see if it happened: on a front door's connection, without its mark, a request is the platform's.</summary>
    [Fact]
    public async Task SmuggledRequest_IfThereWereOne_WouldBeSeen()
    {
        await RawClient.ExchangeAsync(new Uri(Cell.Address).Port, Inner.Replace("Host: x", "Host: x\r\nConnection: close", StringComparison.Ordinal));
        Cell.Seen.ShouldBe(["GET /notes/v1/smuggled platform 0"]);
    }

    /// <summary>Two requests in one go are two requests, each with what it brought itself.</summary>
    [Fact]
    public async Task Pipelined_SecondWithoutCredential_DoesNotInheritTheFirsts()
    {
        using var client = await RawClient.ConnectAsync(Entry.Port);
        await client.SendAsync($"GET /notes/v1/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Cell.Token("one")}\r\n\r\nGET /notes/v1/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        var answers = await client.ReadAsync();
        answers.ShouldContain("GET /notes/v1/a home.one 0");
        answers.ShouldContain("HTTP/1.1 401");
        Cell.Seen.ShouldBe(["GET /notes/v1/a home.one 0"]);
    }

    [Fact]
    public async Task ManyCallers_OverSharedConnections_EachIsItself()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            (await AskAsync($"caller{i % 20}")).ShouldBe($"GET /notes/v1/mine home.caller{i % 20} 0"));
    }

    /// <summary>The entry tells the cell who connects; what the client says of it is not passed on.</summary>
    [Fact]
    public async Task ForwardedAddress_SaidByTheClient_DoesNotReachTheCell()
    {
        for (var i = 0; i < 5; i++)
        {
            var answer = await RawClient.ExchangeAsync(Entry.Port, $"GET /notes/v1/narrow HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.{i}\r\nForwarded: for=198.51.100.{i}\r\nX-Real-IP: 198.51.100.{i}\r\nConnection: close\r\n\r\n");
            answer.ShouldStartWith(i < 3 ? "HTTP/1.1 200" : "HTTP/1.1 429");
        }
    }

    /// <summary>A front door's own requests are the platform's; those that it passes on never are, however they look.</summary>
    [Theory]
    [InlineData("Connection: X-Forwarded-For, Via\r\n")]
    [InlineData("Connection: close, X-Forwarded-For\r\n")]
    [InlineData("X-Forwarded-For:\r\n")]
    [InlineData("Via:\r\n")]
    public async Task PassedOn_WithoutCredential_IsNotThePlatform(string header)
    {
        var close = header.Contains("close", StringComparison.Ordinal) ? "" : "X-Close: 1\r\n";
        using var client = await RawClient.ConnectAsync(Entry.Port);
        await client.SendAsync($"GET /notes/v1/mine HTTP/1.1\r\nHost: x\r\n{header}{close}\r\n");
        (await client.ReadAsync("\r\n\r\n")).ShouldStartWith("HTTP/1.1 401");
        Cell.Seen.ShouldBeEmpty();
    }

    private async Task<string> AskAsync(string subject)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/notes/v1/mine");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Cell.Token(subject));
        using var response = await Entry.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal GuardedCell? Cell { get; private set; }

        internal TestEntry? Entry { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Cell = await GuardedCell.StartAsync();
            Entry = await TestEntry.StartAsync([("home", Cell.Address)]);
        }

        public async ValueTask DisposeAsync()
        {
            if (Entry is not null)
                await Entry.DisposeAsync();
            if (Cell is not null)
                await Cell.DisposeAsync();
        }
    }
}
