using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Routing.Tests.Entry.Forwarding;

public class StreamingTests
{
    /// <summary>Whether entry and cell speak TLS with each other.</summary>
    protected virtual bool Secure => false;

    [Fact]
    public async Task Answer_CellPauses_FirstPieceArrivesBeforeTheRest()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var response = await entry.Client.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStreamAsync();
        (await ReadAsync(body, 5)).ShouldBe("first");
        cell.Continue.Release();
        (await new StreamReader(body).ReadToEndAsync()).ShouldBe("second");
    }

    [Theory]
    [InlineData(65_000)]
    [InlineData(70_000)]
    [InlineData(100_000)]
    [InlineData(228_919)]
    [InlineData(1_000_000)]
    public async Task Answer_WholeAndLarge_ArrivesToItsLastByteOnAKeptConnection(int bytes)
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        for (var i = 0; i < 5; i++)
            (await entry.Client.GetByteArrayAsync($"/large/{bytes}").WaitAsync(TimeSpan.FromSeconds(20))).Length.ShouldBe(bytes);
    }

    [Fact]
    public async Task Answer_EventStream_EachEventArrivesAtOnce()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var response = await entry.Client.GetAsync("/sse", HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 1; i <= 20; i++)
        {
            (await lines.ReadLineAsync()).ShouldBe($"id: {i}");
            (await lines.ReadLineAsync()).ShouldBe($"data: event {i}");
            (await lines.ReadLineAsync()).ShouldBe("");
            cell.Continue.Release();
        }
    }

    [Fact]
    public async Task Answer_EventStreamWhenEntryStops_EndsInOrder()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var response = await entry.Client.GetAsync("/sse", HttpCompletionOption.ResponseHeadersRead);
        var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await lines.ReadLineAsync()).ShouldBe("id: 1");
        var stop = entry.StopAsync();
        (await lines.ReadToEndAsync()).ShouldBe("data: event 1\n\n");
        await stop;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_LargeUpload_StreamsThroughUnchanged(bool lengthKnown)
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        var payload = RandomNumberGenerator.GetBytes(48 * 1024 * 1024);
        using var content = new StreamContent(new MemoryStream(payload));
        if (!lengthKnown)
            content.Headers.ContentLength = null;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/upload") { Content = content };
        request.Headers.TransferEncodingChunked = lengthKnown ? null : true;
        using var response = await entry.Client.SendAsync(request);
        (await response.Content.ReadAsStringAsync()).ShouldBe(
            $"{payload.Length} {Convert.ToHexString(SHA256.HashData(payload))} length={(lengthKnown ? payload.Length : "")} encoding={(lengthKnown ? "" : "chunked")}");
    }

    [Fact]
    public async Task Body_ClientPauses_FirstPieceReachesCellBeforeTheRest()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var raw = await RawClient.ConnectAsync(entry.Port);
        await raw.SendAsync("POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nfirst");
        (await cell.PieceRead.WaitAsync(TimeSpan.FromSeconds(20))).ShouldBeTrue();
        await raw.SendAsync("later");
        (await raw.ReadAsync()).ShouldContain($"10 {Convert.ToHexString(SHA256.HashData("firstlater"u8))} length=10");
    }

    [Fact]
    public async Task Body_CellRefusesBeforeReading_RefusalArrivesAndBodyIsNotAsked()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var raw = await RawClient.ConnectAsync(entry.Port);
        await raw.SendAsync("POST /refuse-upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000000\r\n\r\n");
        var answer = await raw.ReadAsync("413");
        answer.ShouldStartWith("HTTP/1.1 413");
    }

    [Fact]
    public async Task Body_ExpectContinue_IsAskedForWhenTheCellReads()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var raw = await RawClient.ConnectAsync(entry.Port);
        await raw.SendAsync("POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        (await raw.ReadAsync("\r\n\r\n")).ShouldBe("HTTP/1.1 100 Continue\r\n\r\n");
        await raw.SendAsync("hello");
        (await raw.ReadAsync()).ShouldContain("5 ");
    }

    [Fact]
    public async Task WebSocket_Echo_PassesBothWaysAndCloses()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("banyan");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{entry.Port}/regions/home/ws"), CancellationToken.None);
        socket.SubProtocol.ShouldBe("banyan");
        var buffer = new byte[1024];
        foreach (var message in (string[])["one", "two", "three"])
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe(message);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        socket.CloseStatusDescription.ShouldBe("bye");
    }

    [Fact]
    public async Task WebSocket_CellHasNoSuchPlace_RefusalArrives()
    {
        await using var cell = await TestCell.StartAsync(secure: Secure);
        await using var entry = await TestEntry.StartAsync(cell);
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Should.ThrowAsync<WebSocketException>(socket.ConnectAsync(new Uri($"ws://127.0.0.1:{entry.Port}/status/404"), CancellationToken.None));
        socket.HttpStatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<string> ReadAsync(Stream body, int count)
    {
        var buffer = new byte[count];
        await body.ReadExactlyAsync(buffer);
        return Encoding.ASCII.GetString(buffer);
    }
}
