using System.Net;
using System.Net.Sockets;
using Banyan.Cells.Log;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Trust;

namespace Banyan.Cells.Tests.Log;

/// <summary>How much strangers can make a cell ask of the chain. The node takes connections and says nothing.</summary>
public sealed class AnchorDeskTests : IAsyncDisposable
{
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly EvmClient _client;
    private readonly AnchorDesk _desk;

    public AnchorDeskTests()
    {
        _silent.Start();
        _client = new EvmClient(EvmClientOptions.For(new Uri($"http://{_silent.LocalEndpoint}"), 1));
        var cell = new CellContext { Platform = "kai", Region = "north", Partition = "north", PublicAddress = new Uri("http://test.example") };
        _desk = new AnchorDesk(cell, new CellLogOptions { Key = _key, Anchors = new Lazy<AnchorReader>(() => new AnchorReader(_client, new AnchorContract(1, "0x" + new string('1', 40)))) }, TimeProvider.System);
    }

    [Fact]
    public void Ask_TheSameAgain_IsOneQuestion()
    {
        var first = _desk.OfSizeAsync(7);
        _desk.OfSizeAsync(7).ShouldBeSameAs(first);
        _desk.OfSizeAsync(8).ShouldNotBeSameAs(first);
    }

    [Fact]
    public async Task Ask_MoreThanIsKept_IsRefusedAtOnce()
    {
        for (var i = 1; i <= 512; i++)
            _ = _desk.OfSizeAsync(i);
        var more = _desk.OfSizeAsync(513);
        more.IsCompleted.ShouldBeTrue();
        (await more).Refusal!.ShouldSatisfyAllConditions(static r => r.Status.ShouldBe(503), static r => r.Code.ShouldBe("chain-away"));
        // What is asked already is still the same question.
        _desk.OfSizeAsync(512).IsCompleted.ShouldBeFalse();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _silent.Stop();
        _key.Dispose();
    }
}
