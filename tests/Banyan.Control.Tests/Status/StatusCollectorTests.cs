using System.Net;
using System.Text.Json;
using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Control.Tests.Status;

public sealed class StatusCollectorTests : IDisposable
{
    private readonly PlatformState _platform = TestPlatform.State();
    private readonly Network _network = new();
    private readonly StatusCollector _collector;

    public StatusCollectorTests() => _collector = new StatusCollector(TimeProvider.System, TimeSpan.FromMilliseconds(200), _network);

    [Fact]
    public async Task CollectAsync_AllAnswer_EverythingServes()
    {
        EverythingAnswers();
        var status = await _collector.CollectAsync(_platform, TestContext.Current.CancellationToken);
        status.Serving.ShouldBeTrue();
        status.Regions.Select(r => (r.Name, r.State, r.Primary, r.Epoch, r.LagBytes)).ShouldBe(
            [("east", RegionServing.Serving, "east", 1, 4096L), ("west", RegionServing.Serving, "west", 1, 128L)]);
        status.Regions[0].Databases.Select(d => (d.Partition, d.Role)).ShouldBe([("east", "primary"), ("west", "standby")]);
        status.Regions[0].Cell!.Journal!.Head.ShouldBe(42);
        status.Objectives.ShouldBe([new ObjectiveStatus("rto", "15m", null, null)]);
    }

    [Fact]
    public async Task CollectAsync_NothingAnswers_AllIsDown()
    {
        var status = await _collector.CollectAsync(_platform, TestContext.Current.CancellationToken);
        status.Serving.ShouldBeFalse();
        status.Regions.ShouldAllBe(r => r.State == RegionServing.Down && !r.KeeperAnswers && r.LagBytes == null);
        status.FrontDoors.ShouldAllBe(d => d.State == RegionServing.Down);
    }

    [Fact]
    public async Task CollectAsync_OneCellHangsAndOneTalksNonsense_TheRestIsReported()
    {
        EverythingAnswers();
        _network.Answers[$"127.0.0.1:{_platform.Regions[0].CellPort}/cell/v1/status"] = null;
        _network.Answers[$"127.0.0.1:{_platform.Regions[1].KeeperPort}/status"] = "<html>I am a printer</html>";
        var status = await _collector.CollectAsync(_platform, TestContext.Current.CancellationToken);
        status.Regions[0].State.ShouldBe(RegionServing.Down);
        status.Regions[1].State.ShouldBe(RegionServing.Suspected);
        status.FrontDoors[0].State.ShouldBe(RegionServing.Serving);
    }

    [Fact]
    public async Task CollectAsync_CallerGivesUp_StopsAtOnce()
    {
        _network.Answers[$"127.0.0.1:{_platform.Regions[0].CellPort}/cell/v1/status"] = null;
        await Should.ThrowAsync<OperationCanceledException>(() => _collector.CollectAsync(_platform, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Json_Status_HasTheFieldsThatOtherProgramsRelyOn()
    {
        EverythingAnswers();
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(await _collector.CollectAsync(_platform, TestContext.Current.CancellationToken), StatusJson.Default.PlatformStatus));
        var root = json.RootElement;
        root.GetProperty("platform").GetString().ShouldBe("kai");
        var east = root.GetProperty("regions")[0];
        east.GetProperty("name").GetString().ShouldBe("east");
        east.GetProperty("tier").GetString().ShouldBe("core");
        east.GetProperty("state").GetString().ShouldBe("serving");
        east.GetProperty("primary").GetString().ShouldBe("east");
        east.GetProperty("epoch").GetInt32().ShouldBe(1);
        east.GetProperty("lag_bytes").GetInt64().ShouldBe(4096);
        root.GetProperty("front_doors")[0].GetProperty("state").GetString().ShouldBe("serving");
        var objective = root.GetProperty("objectives")[0];
        objective.GetProperty("name").GetString().ShouldBe("rto");
        objective.GetProperty("target").GetString().ShouldBe("15m");
        objective.GetProperty("measured").ValueKind.ShouldBe(JsonValueKind.Null);
        objective.GetProperty("proven_at").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    public void Dispose()
    {
        _collector.Dispose();
        _network.Dispose();
    }

    private void EverythingAnswers()
    {
        _network.Answers[$"127.0.0.1:{_platform.EntryPort}/health/live"] = "live";
        foreach (var (region, standby, lag) in new[] { (_platform.Regions[0], "west", 128), (_platform.Regions[1], "east", 4096) })
        {
            _network.Answers[$"127.0.0.1:{region.CellPort}/cell/v1/status"] = $$"""
                {"region":"{{region.Name}}","partition":"{{region.Name}}","state":"serving","epoch":1,"services":[{"name":"climate","healthy":true,"detail":null}],
                 "journal":{"head":42},"counters":{"requests":1,"changes":2,"readings":3,"alerts":4},"started_at":"2026-01-01T00:00:00Z"}
                """;
            _network.Answers[$"127.0.0.1:{region.KeeperPort}/status"] = $$"""
                {"region":"{{region.Name}}","databases":[{"partition":"{{region.Name}}","role":"primary","state":"running","port":1,"pid":2,"lag_bytes":null},
                 {"partition":"{{standby}}","role":"standby","state":"running","port":3,"pid":4,"lag_bytes":{{lag}},"new_field":true}]}
                """;
        }
    }

    /// <summary>Answers by address; a null answer hangs, an unknown address refuses.</summary>
    private sealed class Network : HttpMessageHandler
    {
        public Dictionary<string, string?> Answers { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!Answers.TryGetValue($"{request.RequestUri!.Authority}{request.RequestUri.PathAndQuery}", out var answer))
                throw new HttpRequestException("connection refused");
            if (answer is null)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer!) };
        }
    }
}
