using System.Globalization;
using System.Net;
using System.Text.Json;
using Banyan.EndToEnd.Tests.Running;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests.Failures;

/// <summary>SIGSTOP of nothing but a primary's PostgreSQL: its cell, its keeper and every connection stand, and no answer comes.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class FrozenDatabaseTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-frozen-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly int _port = FreePort.Take();

    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public async Task Freeze_OfThePrimaryAlone_ThePartitionMovesAndTheFrozenOneReturnsAsStandby()
    {
        var ct = TestContext.Current.CancellationToken;
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var blueprint = Path.Combine(_folder, "cold.yaml");
        await File.WriteAllTextAsync(blueprint, """
            platform: cold
            regions:
              one: { at: Accra, jurisdiction: GH, standby: two }
              two: { at: Tema, jurisdiction: GH, standby: one }
            """, ct);
        var up = await BanyanCommand.RunAsync("up", blueprint, "--detach", "--data", Data, "--port", _port.ToString(CultureInfo.InvariantCulture));
        up.ExitCode.ShouldBe(0, up.ToString());
        (await AlertAsync("before")).ShouldBe(HttpStatusCode.Created);
        var well = await WaitAsync(static one => one.GetProperty("state").GetString() == "serving" && one.GetProperty("lag_bytes").ValueKind == JsonValueKind.Number && one.GetProperty("lag_bytes").GetInt64() == 0, "the standby is level");
        var pid = well.GetProperty("databases").EnumerateArray().Single(static d => d.GetProperty("partition").GetString() == "one").GetProperty("pid").GetInt32();

        using (FrozenProcesses.Freeze(pid))
        {
            await WaitAsync(static one => one.GetProperty("primary").GetString() == "two" && one.GetProperty("epoch").GetInt32() == 2, "the partition moves");
            await Poll.UntilAsync(async () => await AlertAsync("after") is HttpStatusCode.Created or HttpStatusCode.OK, () => "no change is taken by the new primary");
            (await _http.GetStringAsync(At($"disaster/v1/alerts/{Uri.EscapeDataString(CapAlert.Sender)}/before"), ct)).ShouldContain("before");
        }

        var home = await WaitAsync(static one => one.GetProperty("state").GetString() == "serving" && one.GetProperty("databases").EnumerateArray().All(static d => d.GetProperty("state").GetString() == "running"), "the one that was frozen stands by");
        home.GetProperty("primary").GetString().ShouldBe("two");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await BanyanCommand.RunAsync("down", "--data", Data);
        PlatformProcesses.KillAll(Data);
        Directory.Delete(_folder, recursive: true);
    }

    private Uri At(string path) => new($"http://127.0.0.1:{_port}/regions/one/{path}");

    private async Task<HttpStatusCode> AlertAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At("disaster/v1/alerts")) { Content = CapAlert.Create(id) };
        request.Headers.Add("Idempotency-Key", $"\"{id}\"");
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>Waits until region one is as it should be, by <c>banyan status</c>.</summary>
    private async Task<JsonElement> WaitAsync(Func<JsonElement, bool> condition, string what)
    {
        JsonElement one = default;
        await Poll.UntilAsync(
            async () =>
            {
                using var json = JsonDocument.Parse((await BanyanCommand.RunAsync("status", "--data", Data, "--format", "json")).Out);
                one = json.RootElement.GetProperty("regions")[0].Clone();
                return condition(one);
            },
            () => $"not so: {what}; {one}");
        return one;
    }
}
