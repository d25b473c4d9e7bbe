using Banyan.Cells.Partitions;
using Banyan.Control.Drills;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Failover.Observing;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Control.Tests.Notifications;

/// <summary>Keepers' notifiers over a real store, to a real receiver.</summary>
public sealed class NotifierTests : IAsyncDisposable
{
    private readonly SingleStore _store = new(TimeProvider.System);
    private readonly List<(CancellationTokenSource Stop, Task Running)> _keepers = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failover_TwoKeepersLive_IsToldOnceSignedAndGoneFromTheStore()
    {
        await using var hook = await HookReceiver.StartAsync(204);
        var platform = Platform(hook.Url);
        Keep(platform, "east");
        Keep(platform, "west");
        await AliveAsync("east", "west");

        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        await hook.UntilAsync(1);
        await MoveAsync("east", epoch: 3, primary: "east", planned: true);
        await hook.UntilAsync(2);
        await EmptyAsync();

        hook.Got.Select(static g => g.Type).ShouldBe(["banyan.failover", "banyan.failback"]);
        hook.Got.Select(static g => g.Id).ShouldBeUnique();
        var told = hook.Got.First();
        told.Event.GetProperty("specversion").GetString().ShouldBe("1.0");
        told.Id.ShouldBe("msg_" + told.Event.GetProperty("id").GetString());
        told.Event.GetProperty("subject").GetString().ShouldBe("east");
        var data = told.Event.GetProperty("data");
        (data.GetProperty("epoch").GetInt32(), data.GetProperty("primary").GetString(), data.GetProperty("previous").GetString()).ShouldBe((2, "west", "east"));
        data.GetProperty("text").GetString().ShouldBe("east has failed over to west: why not");
    }

    [Fact]
    public async Task Failover_ReceiverFailsAtFirst_IsSentAgainUnderTheSameId()
    {
        await using var hook = await HookReceiver.StartAsync(500, 204);
        Keep(Platform(hook.Url), "west");
        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        await hook.UntilAsync(2);
        await EmptyAsync();
        hook.Got.Select(static g => g.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Failover_KeeperDiesBeforeItIsDelivered_TheNextOneDeliversTheSame()
    {
        var release = new TaskCompletionSource();
        await using var hook = await HookReceiver.StartAsync(async (context, n) =>
        {
            if (n == 1)
                await release.Task;
            context.Response.StatusCode = 204;
        });
        var platform = Platform(hook.Url);
        Keep(platform, "west");
        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        await hook.UntilAsync(1);
        await StopKeepersAsync();

        Keep(platform, "east"); // West's keeper has no word in the store: it is gone.
        await hook.UntilAsync(2);
        release.SetResult();
        await EmptyAsync();
        hook.Got.Select(static g => g.Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task Failover_OneReceiverHangs_TheOtherIsToldAndNobodyElseWaits()
    {
        await using var hangs = await HookReceiver.StartAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var hook = await HookReceiver.StartAsync(204);
        var platform = Platform(hangs.Url, hook.Url);
        Keep(platform, "west");
        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        await hangs.UntilAsync(1);
        await MoveAsync("east", epoch: 3, primary: "east", planned: true);
        await MoveAsync("west", epoch: 2, primary: "east", planned: true);
        await hook.UntilAsync(3);
        hook.Got.Select(static g => g.Type).ShouldBe(["banyan.failover", "banyan.failback", "banyan.switchover"], ignoreOrder: true);
        hangs.Got.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Suspicion_RegionFallsSilentAndStaysSo_IsToldOnce()
    {
        await using var hook = await HookReceiver.StartAsync(204);
        Keep(Platform(hook.Url), "west");
        while (hook.Got.IsEmpty) // Until the keeper has read one after the other.
        {
            await SeeAsync("west", "east", Sight.Up);
            await SeeAsync("west", "east", Sight.Silent);
        }

        await SeeAsync("west", "east", Sight.Up);
        await SeeAsync("west", "east", Sight.Refused); // It flaps.
        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        await hook.UntilAsync(2);
        await EmptyAsync();
        hook.Got.Select(static g => g.Type).ShouldBe(["banyan.suspicion", "banyan.failover"]);
        hook.Got.First().Event.GetProperty("data").GetProperty("observers")[0].GetString().ShouldBe("west");
    }

    [Fact]
    public async Task Drill_EntersBothEnds_TheyAreToldAndOthersAreNot()
    {
        await using var hook = await HookReceiver.StartAsync(204);
        var platform = Platform(hook.Url);
        var only = platform with { Notifications = platform.Notifications with { Webhooks = [platform.Notifications.Webhooks[0] with { Events = [NoticeKind.Drill] }] } };
        Keep(only, "west");
        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        var outbox = new NoticeOutbox(only, _store);
        var options = new DrillOptions { Scenario = Scenario.All[0], Region = "east", Seconds = 5 };
        await outbox.EnterAsync(NoticeWriter.DrillBegun(only, options, TimeProvider.System.GetUtcNow()), Stop);
        await hook.UntilAsync(1);
        await outbox.EnterAsync(NoticeWriter.DrillEnded(only, options, null, TimeProvider.System.GetUtcNow()), Stop);
        await hook.UntilAsync(2);
        await EmptyAsync();
        hook.Got.Select(static g => g.Type).ShouldBe(["banyan.drill.begun", "banyan.drill.ended"]);
        hook.Got.Last().Event.GetProperty("data").GetProperty("outcome").GetString().ShouldBe("aborted");
    }

    [Fact]
    public async Task Enter_MoreThanMayWait_TheOldestGo()
    {
        var platform = Platform("https://example.org/hook");
        var outbox = new NoticeOutbox(platform, _store);
        var options = new DrillOptions { Scenario = Scenario.All[0], Region = "east", Seconds = 5 };
        for (var i = 0; i < NoticeOutbox.MostPending + 20; i++)
            await outbox.EnterAsync(NoticeWriter.DrillBegun(platform, options with { Seconds = i + 1 }, TimeProvider.System.GetUtcNow()), Stop);
        var waiting = (await _store.ListAsync(NoticeKeys.Pending, Stop)).Values.OrderBy(static v => v.Revision).ToList();
        waiting.Count.ShouldBe(NoticeOutbox.MostPending);
        Notice.TryParse(waiting[0].Value)!.Data.Text.ShouldEndWith("for 21 s");
    }

    [Fact]
    public async Task Keeper_StopsWhileAReceiverHangs_EndsAtOnce()
    {
        await using var hangs = await HookReceiver.StartAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        Keep(Platform(hangs.Url), "west");
        await MoveAsync("east", epoch: 2, primary: "west", planned: false);
        await hangs.UntilAsync(1);
        await StopKeepersAsync().WaitAsync(WebhookLane.Patience / 2, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await StopKeepersAsync();
        await _store.DisposeAsync();
    }

    private static PlatformState Platform(params string[] urls) => TestPlatform.State() with
    {
        Notifications = new NotificationsState { AllowPrivate = true, Webhooks = [.. urls.Select(static u => new WebhookState(u, "env:" + HookReceiver.Variable, NoticeKind.All))] },
    };

    private void Keep(PlatformState platform, string region)
    {
        var stop = new CancellationTokenSource();
        var notifier = default(Notifier);
        var mirror = new StoreMirror(_store, () => notifier?.Wake(), TimeProvider.System, NullLogger.Instance);
        notifier = new Notifier(platform, region, _store, () => mirror.Values, TimeProvider.System, NullLogger.Instance);
        _keepers.Add((stop, Task.WhenAll(mirror.RunAsync(stop.Token), notifier.RunAsync(stop.Token))));
    }

    private async Task StopKeepersAsync()
    {
        foreach (var (stop, running) in _keepers)
        {
            await stop.CancelAsync();
            await running;
            stop.Dispose();
        }

        _keepers.Clear();
    }

    private async Task AliveAsync(params string[] regions)
    {
        foreach (var region in regions)
            await _store.CommitAsync([], [new StoreWrite(Observation.Key(region), new Observation(region, new Dictionary<string, RegionSight>()).ToJson())], Stop);
    }

    /// <summary>An observer's word.</summary>
    private async Task SeeAsync(string observer, string region, Sight sight)
    {
        await _store.CommitAsync([], [new StoreWrite(Observation.Key(observer), new Observation(observer, new Dictionary<string, RegionSight> { [region] = new(sight, sight, Sight.Unknown) }).ToJson())], Stop);
        await Task.Delay(10, Stop);
    }

    private Task MoveAsync(string partition, int epoch, string primary, bool planned) => _store.CommitAsync([], [new StoreWrite(PartitionKeys.Record(partition), new PartitionRecord
    {
        Epoch = epoch,
        Primary = primary,
        Previous = primary == "east" ? "west" : "east",
        Planned = planned,
        Reason = "why not",
        Since = TimeProvider.System.GetUtcNow(),
    }.ToJson())], Stop);

    private async Task EmptyAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await _store.ListAsync(NoticeKeys.Pending, Stop)).Values.Count > 0)
            await Task.Delay(10, deadline.Token);
    }
}
