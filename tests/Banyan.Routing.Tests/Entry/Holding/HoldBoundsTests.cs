using System.Net;
using Banyan.Routing.Entry;
using Banyan.Routing.Entry.Holding;
using Banyan.Routing.Tests.Entry.Forwarding;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Routing.Tests.Entry.Holding;

public class HoldBoundsTests
{
    [Fact]
    public async Task Held_MoreThanMay_TheNextIsRefusedAtOnce()
    {
        await using var partition = await StartMovingAsync(new EntryOptions { MaxHeld = 2 });
        var held = new List<Task<string>> { partition.Client.GetStringAsync("/regions/east/reads/1"), partition.Client.GetStringAsync("/regions/east/reads/2") };
        await partition.UntilAsync(() => partition.Holds.Now == 2);
        using (var third = await partition.Client.GetAsync("/regions/east/reads/3"))
            await third.ShouldBeProblemAsync(503, "region-moving");
        partition.West.Mood = Mood.Serves;
        (await Task.WhenAll(held)).ShouldAllBe(r => r == "west");
        partition.Holds.ShouldBe(partition.Holds with { Now = 0, Total = 2, Refused = 1 });
    }

    [Fact]
    public async Task Held_BodiesFillWhatThereIs_TheNextIsRefusedAndMemoryComesBack()
    {
        await using var partition = await StartMovingAsync(new EntryOptions { MaxKeptBytes = 150, MaxKeptBody = 100 });
        var first = partition.Client.SendAsync(Partition.Change("a", new string('x', 100)));
        await partition.UntilAsync(() => partition.Holds.Now == 1);
        using (var second = await partition.Client.SendAsync(Partition.Change("b", new string('x', 100))))
            await second.ShouldBeProblemAsync(503, "region-moving");
        using (var large = await partition.Client.SendAsync(Partition.Change("c", new string('x', 101))))
            (await large.ShouldBeProblemAsync(503, "region-moving")).GetProperty("detail").GetString()!.ShouldContain("does not wait");
        partition.West.Mood = Mood.Serves;
        (await first).StatusCode.ShouldBe(HttpStatusCode.Created);
        partition.Entry.Services.GetRequiredService<HoldBook>().Bytes.ShouldBe(0);
        (await partition.Client.SendAsync(Partition.Change("b", new string('x', 100)))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Held_TooLong_Is503()
    {
        await using var partition = await StartMovingAsync(new EntryOptions { HoldTime = TimeSpan.FromMilliseconds(150) });
        using var response = await partition.Client.GetAsync("/regions/east/reads/1");
        (await response.ShouldBeProblemAsync(503, "region-moving", "region-down")).GetProperty("detail").GetString()!.ShouldContain("not carried out");
        partition.Holds.Now.ShouldBe(0);
    }

    [Fact]
    public async Task Held_DownForTooLong_IsRefusedAtOnce()
    {
        await using var partition = await StartMovingAsync(new EntryOptions { HoldTime = TimeSpan.FromMilliseconds(50) });
        using (var first = await partition.Client.GetAsync("/regions/east/reads/1"))
            first.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var waits = partition.Holds.Total;
        using (var second = await partition.Client.GetAsync("/regions/east/reads/1"))
            second.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        partition.Holds.Total.ShouldBe(waits);
    }

    [Fact]
    public async Task Held_ClientGoes_LeavesTheQueue()
    {
        await using var partition = await StartMovingAsync(new EntryOptions());
        using (var raw = await RawClient.ConnectAsync(partition.Entry.Port))
        {
            await raw.SendAsync("GET /regions/east/reads/1 HTTP/1.1\r\nHost: x\r\n\r\n");
            await partition.UntilAsync(() => partition.Holds.Now == 1);
        }

        await partition.UntilAsync(() => partition.Holds.Now == 0);
        partition.West.Mood = Mood.Serves;
        (await partition.Client.GetStringAsync("/regions/east/reads/2")).ShouldBe("west");
        partition.Ledger.Order.ShouldBe(["2"]);
    }

    [Fact]
    public async Task Held_Waits_AreInTheMetrics()
    {
        await using var partition = await StartMovingAsync(new EntryOptions());
        var read = partition.Client.GetStringAsync("/regions/east/reads/1");
        await partition.UntilAsync(() => partition.Holds.Now == 1);
        partition.Entry.Metrics.Render().ShouldContain("banyan_entry_held{region=\"east\"} 1\n");
        partition.West.Mood = Mood.Serves;
        await read;
        var text = partition.Entry.Metrics.Render();
        text.ShouldContain("banyan_entry_held{region=\"east\"} 0\n");
        text.ShouldContain("banyan_entry_holds_total{region=\"east\"} 1\n");
        text.ShouldContain("banyan_entry_hold_seconds_bucket{region=\"east\",le=\"+Inf\"} 1\n");
        text.ShouldContain("banyan_entry_hold_seconds_count{region=\"east\"} 1\n");
    }

    /// <summary>East is dead, west is the primary and not ready yet.</summary>
    private static async Task<Partition> StartMovingAsync(EntryOptions options)
    {
        var partition = await Partition.StartAsync(options);
        await partition.East.DieAsync();
        partition.Raise();
        await partition.UntilAsync(() => partition.Region.Route!.Primary == "west");
        return partition;
    }
}
