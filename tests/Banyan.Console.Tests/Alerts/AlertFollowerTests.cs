using System.Threading.Channels;
using Banyan.Console.Alerts;
using Banyan.Control.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Console.Tests.Alerts;

/// <summary>The follower against an entry that says what a test tells it to.</summary>
public class AlertFollowerTests
{
    private const string Flood = """{"id":"1","received_at":"2026-03-01T07:00:00Z","expires":"2099-01-01T00:00:00Z","severity":"Severe","message_type":"Alert","infos":[{"event":"Flood","headline":"River over its banks","areas":[{"description":"Nairobi","circles":[{"center":[-1.29,36.82],"radius_km":40}],"polygons":[[[0,36],[1,37],[0,37]]]}]}]}""";

    [Fact]
    public async Task Follow_ListThenStream_KeepsTheBoardTrue()
    {
        await using var cell = await Cell.StartAsync();
        cell.List = $$"""{"position":"7-1","next":null,"alerts":[{{Flood}}]}""";
        var board = new AlertBoard();
        using var follower = cell.Follow(board);
        await follower.StartAsync(CancellationToken.None);
        await UntilAsync(() => board.Alerts.Length == 1);
        var alert = board.Alerts[0];
        (alert.Region, alert.Event, alert.Headline, alert.Severity, alert.Area).ShouldBe(("r", "Flood", "River over its banks", "Severe", "Nairobi"));
        alert.Shapes.Count.ShouldBe(2);
        alert.Shapes[0].Polygon[0].ShouldBe(new(36, 0));
        alert.Shapes[1].Circle!.Center.ShouldBe(new(36.82, -1.29));
        alert.Address.ShouldBe("/regions/r/disaster/v1/alerts/1/cap");
        await UntilAsync(() => cell.ResumedFrom == "7-1");

        cell.Say("""{"change":"updated","alert":{"id":"2","received_at":"2026-03-01T08:00:00Z","message_type":"Update","supersedes":[{"id":"1"}],"infos":[{"event":"Flood"}]}}""");
        await UntilAsync(() => board.Alerts.Length == 2);
        board.Alerts.Select(a => (a.Id, a.End, a.Update)).ShouldBe([("2", AlertEnd.None, true), ("1", AlertEnd.Replaced, false)]);
        board.Alerts[0].Headline.ShouldBe("Flood");
        board.Alerts[0].Severity.ShouldBe("Unknown");

        cell.Say("""{"change":"cancelled","alert":{"id":"3","received_at":"2026-03-01T09:00:00Z","message_type":"Cancel","supersedes":[{"id":"2"}]}}""");
        await UntilAsync(() => board.Alerts[0].End == AlertEnd.Cancelled);
        board.Alerts.Length.ShouldBe(2, "a cancellation is no alert of its own");
        await follower.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Follow_Reset_ReadsTheListAgain()
    {
        await using var cell = await Cell.StartAsync();
        cell.List = $$"""{"position":"7-1","alerts":[{{Flood}}]}""";
        var board = new AlertBoard();
        using var follower = cell.Follow(board);
        await follower.StartAsync(CancellationToken.None);
        await UntilAsync(() => cell.ResumedFrom == "7-1");
        cell.List = """{"position":"90-2","alerts":[]}""";
        cell.Say("{}", "reset");
        await UntilAsync(() => cell.ResumedFrom == "90-2");
        board.Alerts[0].End.ShouldBe(AlertEnd.Over);
        await follower.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Follow_NeighbourAnswers_ItsAlertsAreNotTakenForTheRegions()
    {
        await using var cell = await Cell.StartAsync();
        cell.List = $$"""{"position":"7-1","alerts":[{{Flood}}]}""";
        cell.AnswersFor = "neighbour";
        var board = new AlertBoard();
        using var follower = cell.Follow(board);
        await follower.StartAsync(CancellationToken.None);
        await UntilAsync(() => cell.Lists > 1);
        board.Alerts.ShouldBeEmpty();
        cell.AnswersFor = "r";
        await UntilAsync(() => board.Alerts.Length == 1);
        await follower.StopAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("""{"id":"1"}""")]
    [InlineData("""[]""")]
    [InlineData("""{"id":1,"received_at":"2026-03-01T08:00:00Z"}""")]
    [InlineData("""{"id":"1","received_at":"yesterday"}""")]
    public void Read_NotAnAlert_IsNull(string json) => AlertReader.Read("r", System.Text.Json.JsonDocument.Parse(json).RootElement).ShouldBeNull();

    [Fact]
    public void Read_OddParts_AreLeftOut()
    {
        var alert = AlertReader.Read("r", System.Text.Json.JsonDocument.Parse("""{"id":"1","received_at":"2026-03-01T08:00:00Z","severity":"Awful","infos":[{"event":"Flood","areas":[{"circles":[{"center":"x"},{"radius_km":3}],"polygons":[[[1,2]],7]}]}]}""").RootElement)!;
        alert.Shapes.ShouldBeEmpty();
        alert.Severity.ShouldBe("Unknown");
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(10, deadline.Token);
    }

    private sealed class Cell : IAsyncDisposable
    {
        private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
        private readonly WebApplication _app;

        private Cell(WebApplication app) => _app = app;

        public string List { get; set; } = "";

        /// <summary>Whose residents it says that its list is about.</summary>
        public string AnswersFor { get; set; } = "r";

        /// <summary>How often its list was asked for.</summary>
        public int Lists { get; private set; }

        public string? ResumedFrom { get; private set; }

        public static async Task<Cell> StartAsync()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Services.AddRoutingCore();
            var app = builder.Build();
            var cell = new Cell(app);
            app.MapGet("/regions/r/disaster/v1/alerts", (RequestDelegate)(context =>
            {
                context.Response.Headers["Banyan-Region"] = cell.AnswersFor;
                cell.Lists++;
                return context.Response.WriteAsync(cell.List);
            }));
            app.MapGet("/regions/r/disaster/v1/stream", cell.StreamAsync);
            await app.StartAsync();
            return cell;
        }

        public AlertFollower Follow(AlertBoard board) => new(new PlatformState
        {
            Platform = "p",
            InstanceId = "i",
            EntryPort = 1,
            Partitions = [],
            Regions = [new RegionState { Name = "r", Tier = "core", CellPort = 1, KeeperPort = 1 }],
        }, _app.Services.GetRequiredService<IServer>(), _app.Lifetime, board, TimeProvider.System, NullLogger<AlertFollower>.Instance);

        public void Say(string data, string? name = null) => _events.Writer.TryWrite(name is null ? $"id: 8-1\ndata: {data}\n\n" : $"event: {name}\ndata: {data}\n\n");

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task StreamAsync(HttpContext context)
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("retry: 2000\n\n: heartbeat\nid: 7-1\n\n");
            await context.Response.Body.FlushAsync();
            ResumedFrom = context.Request.Headers["Last-Event-ID"];
            await foreach (var item in _events.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(item);
                await context.Response.Body.FlushAsync();
            }
        }
    }
}
