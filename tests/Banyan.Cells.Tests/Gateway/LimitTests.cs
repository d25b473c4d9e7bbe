using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>What a stranger can't make large.</summary>
public class LimitTests
{
    [Theory]
    [InlineData(9000, 0, 0, "414")]
    [InlineData(10, 1, 17000, "431")]
    [InlineData(10, 70, 5, "431")]
    [InlineData(10, 10, 100, "200")]
    public async Task Request_LineOrHeadersTooLarge_IsRefused(int path, int headers, int length, string status)
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/{**rest}", () => "hello") }]);
        var request = new StringBuilder($"GET /notes/v1/{new string('a', path)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (var i = 0; i < headers; i++)
            request.Append($"X-{i}: {new string('b', length)}\r\n");

        (await SendAsync(cell.Address.Port, request.Append("\r\n").ToString())).ShouldStartWith($"HTTP/1.1 {status}");
    }

    [Fact]
    public async Task Connections_MoreThanAllowed_AreClosedAtOnce()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/hello", () => "hello") }], change: o => o with { ClientConnections = 1 });
        using var first = new TcpClient();
        await first.ConnectAsync(IPAddress.Loopback, cell.Address.Port);
        await first.GetStream().WriteAsync("GET /notes/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        (await first.GetStream().ReadAsync(new byte[1000])).ShouldBeGreaterThan(0);

        (await SendAsync(cell.Address.Port, "GET /notes/v1/hello HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldBe("");
    }

    private static async Task<string> SendAsync(int port, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            return ""; // reset before there was an answer
        }
    }
}
