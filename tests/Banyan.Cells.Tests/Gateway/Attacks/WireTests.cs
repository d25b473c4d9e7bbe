using System.Net;
using System.Net.Sockets;
using System.Text;
using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>What only raw bytes can say: targets, floods of headers, slowness.</summary>
public sealed class WireTests(AccessCellFixture fixture) : IClassFixture<AccessCellFixture>
{
    private AccessCell Cell => fixture.Cell;

    [Theory]
    [InlineData("/notes/v1/open/../notes")]
    [InlineData("/notes/v1/open/%2e%2e/notes")]
    [InlineData("/notes/v1/open/.%2E/notes")]
    [InlineData("/notes/v1/./notes")]
    [InlineData("/notes/v1/open/..%2fnotes")]
    [InlineData("/notes/v1/open%2f..%2fnotes")]
    [InlineData("/notes/v1/open/..%5cnotes")]
    [InlineData("/notes/v1/open/..\\notes")]
    [InlineData("/notes/v1/open%00")]
    [InlineData("/notes/v1/open%0d%0aX:1")]
    [InlineData("/notes/v1/%252e%252e/notes")]
    [InlineData("//notes/v1/notes")]
    [InlineData("/notes//v1/notes")]
    [InlineData("/notes/v1/open/%")]
    [InlineData("http://x/notes/v1/open")]
    public async Task Target_ThatTwoReadersTakeForDifferentThings_400(string target) => Wire.Status(await Wire.GetAsync(Cell.Port, target)).ShouldBe(400);

    [Theory]
    [InlineData("/NOTES/v1/Notes")]
    [InlineData("/notes/v1/notes/")]
    [InlineData("/notes/v1/%6eotes")]
    [InlineData("/notes/v1/notes?x=/../open")]
    public async Task Target_AnotherSpellingOfAGuardedOne_IsGuardedToo(string target) => Wire.Status(await Wire.GetAsync(Cell.Port, target)).ShouldBe(401);

    [Theory]
    [InlineData("/notes/v1/notes;open")]
    [InlineData("/notes/v1/open;/../notes")]
    [InlineData("/notes/v1/notes%3bx")]
    public async Task Target_WithParameters_ReachesNothing(string target) => Wire.Status(await Wire.GetAsync(Cell.Port, target)).ShouldBeOneOf(400, 404);

    [Theory]
    [InlineData("X-HTTP-Method-Override: DELETE\r\n")]
    [InlineData("X-Original-URL: /notes/v1/open\r\n")]
    [InlineData("X-Rewrite-URL: /notes/v1/open\r\n")]
    public async Task Header_ThatNamesAnotherTarget_ChangesNothing(string header) => Wire.Status(await Wire.GetAsync(Cell.Port, "/notes/v1/notes", header)).ShouldBe(401);

    [Fact]
    public async Task Headers_TooMany_431() => Wire.Status(await Wire.GetAsync(Cell.Port, "/notes/v1/open", string.Concat(Enumerable.Range(0, 100).Select(static i => $"X-{i}: 1\r\n")))).ShouldBe(431);

    [Fact]
    public async Task Headers_TooLarge_431() => Wire.Status(await Wire.GetAsync(Cell.Port, "/notes/v1/open", $"X: {new string('a', 40_000)}\r\n")).ShouldBe(431);

    [Fact]
    public async Task Authorization_Twice_400()
    {
        var token = Cell.North.Token(("roles", new[] { "reader" }));
        Wire.Status(await Wire.GetAsync(Cell.Port, "/notes/v1/notes", $"Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n")).ShouldBe(400);
    }

    [Fact]
    public async Task SlowHead_IsCutOff()
    {
        await using var cell = await AccessCell.StartAsync(cell: o => o with { HeadersTimeout = TimeSpan.FromSeconds(1) });
        (await Wire.SendAsync(cell.Port, "GET /notes/v1/open HTTP/1.1\r\nHost: x\r\nX-Slow: ")).ShouldStartWith("HTTP/1.1 408");
    }

    [Fact]
    public async Task SlowBody_IsCutOff()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Cell.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /notes/v1/any HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"u8.ToArray());
        var answer = new byte[4096];
        var read = await stream.ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(60)); // 240 bytes a second after 5 s: not one more is sent
        Encoding.ASCII.GetString(answer, 0, read).ShouldStartWith("HTTP/1.1 408");
    }
}
