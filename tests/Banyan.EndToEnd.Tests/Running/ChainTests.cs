using System.Globalization;
using System.Net;
using System.Text.Json;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A platform whose blueprint has a chain: its logs are anchored, again after the chain was lost, and no change waits for it.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class ChainTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-chain-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public async Task Up_WithAChain_AnchorsTheLogs_AlsoOnAChainThatWasLost()
    {
        var ct = TestContext.Current.CancellationToken;
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var blueprint = Path.Combine(_folder, "anchored.yaml");
        await File.WriteAllTextAsync(blueprint, """
            platform: anchored
            regions:
              one: { at: Accra, jurisdiction: GH, standby: two }
              two: { at: Tema, jurisdiction: GH, standby: one }
            chain: { access: permissioned, anchoring: { every: 1s } }
            """, ct);
        var port = FreePort.Take();
        var up = await BanyanCommand.RunAsync("up", blueprint, "--detach", "--access", "off", "--data", Data, "--port", port.ToString(CultureInfo.InvariantCulture));
        up.ExitCode.ShouldBe(0, up.ToString());
        await ChangeAsync(port, "before", ct);
        var first = await AnchoredAsync(0);

        // The node dies and has forgotten everything: what is anchored then is a chain of its own, with the same contracts.
        await File.WriteAllTextAsync(Path.Combine(Data, "chain", "state.json"), "{ cut off", ct);
        PlatformProcesses.Kill(PlatformProcesses.Single(Data, "/anvil "));
        await ChangeAsync(port, "meanwhile", ct);

        (await AnchoredAsync(first)).ShouldBeGreaterThan(first);
    }

    public async ValueTask DisposeAsync()
    {
        await BanyanCommand.RunAsync("down", "--data", Data);
        PlatformProcesses.KillAll(Data);
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ChangeAsync(int port, string name, CancellationToken ct)
    {
        using var body = CapAlert.Create(name);
        using var answer = await _http.PostAsync(new Uri($"http://127.0.0.1:{port}/regions/one/disaster/v1/alerts"), body, ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(ct));
    }

    /// <summary>Waits until more of the log of <c>one</c> is anchored than that; how much.</summary>
    private async Task<long> AnchoredAsync(long more)
    {
        var (size, last) = (0L, default(CommandOutput));
        await Poll.UntilAsync(async () =>
        {
            last = await BanyanCommand.RunAsync("status", "--data", Data, "--format", "json");
            using var json = JsonDocument.Parse(last.Out);
            if (!json.RootElement.TryGetProperty("chain", out var chain) || chain.ValueKind != JsonValueKind.Object)
                return false;
            var log = chain.GetProperty("logs").EnumerateArray().First(static l => l.GetProperty("partition").GetString() == "one");
            size = log.GetProperty("anchored").ValueKind == JsonValueKind.Number ? log.GetProperty("anchored").GetInt64() : 0;
            return log.GetProperty("state").GetString() == "anchored" && size > more;
        }, () => $"nothing more is anchored: {last}");
        return size;
    }
}
