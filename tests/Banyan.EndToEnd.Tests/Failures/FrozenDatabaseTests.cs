using System.Net;
using System.Text.Json;
using Banyan.EndToEnd.Tests.Running;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests.Failures;

/// <summary>SIGSTOP of nothing but a primary's PostgreSQL: its cell, its keeper and every connection stand, and no answer comes.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class FrozenDatabaseTests : IAsyncDisposable
{
    private readonly SmallPlatform _platform = new("cold");

    [Fact]
    public async Task Freeze_OfThePrimaryAlone_ThePartitionMovesAndTheFrozenOneReturnsAsStandby()
    {
        await _platform.UpAsync(SmallPlatform.TwoRegions);
        (await AlertAsync("before")).ShouldBe(HttpStatusCode.Created);
        var well = await _platform.WaitAsync(static one => one.GetProperty("state").GetString() == "serving" && one.GetProperty("lag_bytes").ValueKind == JsonValueKind.Number && one.GetProperty("lag_bytes").GetInt64() == 0, "the standby is level");
        var pid = well.GetProperty("databases").EnumerateArray().Single(static d => d.GetProperty("partition").GetString() == "one").GetProperty("pid").GetInt32();

        using (FrozenProcesses.Freeze(pid))
        {
            await _platform.WaitAsync(static one => one.GetProperty("primary").GetString() == "two" && one.GetProperty("epoch").GetInt32() == 2, "the partition moves");
            await Poll.UntilAsync(async () => await AlertAsync("after") is HttpStatusCode.Created or HttpStatusCode.OK, () => "no change is taken by the new primary");
            (await _platform.Http.GetStringAsync(SmallPlatform.At("one", $"disaster/v1/alerts/{Uri.EscapeDataString(CapAlert.Sender)}/before"), TestContext.Current.CancellationToken)).ShouldContain("before");
        }

        var home = await _platform.WaitAsync(static one => one.GetProperty("state").GetString() == "serving" && one.GetProperty("databases").EnumerateArray().All(static d => d.GetProperty("state").GetString() == "running"), "the one that was frozen stands by");
        home.GetProperty("primary").GetString().ShouldBe("two");
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    private async Task<HttpStatusCode> AlertAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, SmallPlatform.At("one", "disaster/v1/alerts")) { Content = CapAlert.Create(id) };
        request.Headers.Add("Idempotency-Key", $"\"{id}\"");
        using var answer = await _platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
