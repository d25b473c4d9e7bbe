using Banyan.Routing.Entry;
using Banyan.Routing.Tests.Entry.Forwarding;

namespace Banyan.Routing.Tests.Entry.Holding;

public class MoveTests
{
    [Fact]
    public async Task Move_CellDies_KeyedRequestsSucceedOnceAndPlainOnesAreNeverSentTwice()
    {
        await using var partition = await Partition.StartAsync();
        var keyed = Enumerable.Range(0, 200).Select(i => SendAsync(partition, $"key-{i}", i)).ToList();
        var plain = Enumerable.Range(0, 200).Select(i => SendAsync(partition, null, i)).ToList();
        await partition.UntilAsync(() => partition.Ledger.Order.Count > 50);
        await partition.East.DieAsync();
        keyed.AddRange(Enumerable.Range(200, 200).Select(i => SendAsync(partition, $"key-{i}", i)));
        plain.AddRange(Enumerable.Range(200, 200).Select(i => SendAsync(partition, null, i)));
        partition.Raise();
        await Task.WhenAll(plain);
        partition.West.Mood = Mood.Serves;
        foreach (var status in await Task.WhenAll(keyed))
            status.ShouldBeOneOf(200, 201);
        Enumerable.Range(0, 400).ShouldAllBe(i => partition.Ledger.Arrivals.ContainsKey($"key-{i}"));
        partition.Ledger.Arrivals.Where(a => a.Key.StartsWith("plain", StringComparison.Ordinal)).ShouldAllBe(a => a.Value == 1);
        (await Task.WhenAll(plain)).ShouldAllBe(s => s == 201 || s == 502 || s == 503);
        partition.Holds.Now.ShouldBe(0);
        partition.Region.Route!.Primary.ShouldBe("west");
    }

    [Fact]
    public async Task Move_CellFrozen_RequestsInFlightGoToTheNewPrimary()
    {
        await using var partition = await Partition.StartAsync(new EntryOptions { LeftPatience = TimeSpan.FromMilliseconds(300) });
        partition.East.Mood = Mood.Frozen;
        var keyed = Enumerable.Range(0, 20).Select(i => SendAsync(partition, $"key-{i}", i)).ToList();
        var reads = Enumerable.Range(0, 20).Select(i => partition.Client.GetStringAsync($"/regions/east/reads/{i}")).ToList();
        var plain = SendAsync(partition, null, 0);
        await partition.UntilAsync(() => partition.East.Reached + partition.Holds.Now >= 41);
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        (await Task.WhenAll(keyed)).ShouldAllBe(s => s == 201);
        (await Task.WhenAll(reads)).ShouldAllBe(r => r == "west");
        (await plain).ShouldBeOneOf(502, 503);
        partition.Ledger.Done.ShouldBe(20);
        partition.Ledger.Arrivals.Values.ShouldAllBe(n => n == 1);
        partition.Holds.Replayed.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Move_CellFencedUnnoticed_RequestsWaitForTheNewPrimary()
    {
        await using var partition = await Partition.StartAsync();
        partition.East.Mood = Mood.FencedUnnoticed;
        using (var plain = await partition.Client.SendAsync(Partition.Change(null)))
            await plain.ShouldBe503OfAsync("fenced", "region-moving");
        var keyed = SendAsync(partition, "key", 0);
        await partition.UntilAsync(() => partition.Holds.Total > 0);
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        (await keyed).ShouldBe(201);
        partition.Ledger.Done.ShouldBe(1);
    }

    [Fact]
    public async Task Move_PlannedSwitch_NothingIsSentToTheOldPrimaryAndAllSucceeds()
    {
        await using var partition = await Partition.StartAsync();
        partition.Store.Put("east", 1, "east", target: "west");
        await partition.UntilAsync(() => partition.Region.Availability == RegionAvailability.Moving);
        var keyed = SendAsync(partition, "key", 0);
        using (var plain = await partition.Client.SendAsync(Partition.Change(null)))
            await plain.ShouldBeProblemAsync(503, "region-moving");
        await partition.UntilAsync(() => partition.Holds.Now == 1);
        partition.East.Mood = Mood.Standby;
        partition.Raise();
        partition.West.Mood = Mood.Serves;
        (await keyed).ShouldBe(201);
        partition.East.Reached.ShouldBe(0);
        using var read = await partition.Client.GetAsync("/regions/east/reads/x");
        (await read.Content.ReadAsStringAsync()).ShouldBe("west");
        read.Headers.GetValues("Banyan-Region").ShouldBe(["east"]);
    }

    [Fact]
    public async Task Move_SwitchCalledOff_OldPrimaryServesOn()
    {
        await using var partition = await Partition.StartAsync();
        partition.Store.Put("east", 1, "east", target: "west");
        await partition.UntilAsync(() => partition.Region.Availability == RegionAvailability.Moving);
        var keyed = SendAsync(partition, "key", 0);
        partition.Store.Put("east", 1, "east");
        (await keyed).ShouldBe(201);
        partition.East.Reached.ShouldBe(1);
    }

    [Fact]
    public async Task Held_MoreThanAtOnce_GoOnInOrder()
    {
        await using var partition = await Partition.StartAsync(new EntryOptions { HeldAtOnce = 1 });
        await partition.East.DieAsync();
        partition.Raise();
        await partition.UntilAsync(() => partition.Region.Route!.Primary == "west");
        var reads = new List<Task<string>>();
        for (var i = 0; i < 30; i++)
        {
            reads.Add(partition.Client.GetStringAsync($"/regions/east/reads/{i}"));
            await partition.UntilAsync(() => partition.Holds.Now == reads.Count);
        }

        partition.West.Mood = Mood.Serves;
        await Task.WhenAll(reads);
        partition.Ledger.Order.ShouldBe(Enumerable.Range(0, 30).Select(i => $"{i}"));
    }

    private static async Task<int> SendAsync(Partition partition, string? key, int number)
    {
        using var response = await partition.Client.SendAsync(Partition.Change(key, $"{(key is null ? "plain" : "keyed")}-{number}"));
        return (int)response.StatusCode;
    }
}
