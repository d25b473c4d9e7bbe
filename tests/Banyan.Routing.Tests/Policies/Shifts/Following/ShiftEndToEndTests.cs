using System.Collections.Concurrent;
using Banyan.Engines.Consensus;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Running;
using Banyan.Routing.Policies.Shifts;
using Banyan.Routing.Policies.Shifts.Following;
using Banyan.Routing.Tests.Entry.Forwarding;
using Microsoft.Extensions.DependencyInjection;
using static Banyan.Routing.Tests.Policies.Shifts.ShiftSets;

namespace Banyan.Routing.Tests.Policies.Shifts.Following;

/// <summary>Real cells, two real front doors, and the consensus store between them.</summary>
public sealed class ShiftEndToEndTests : IAsyncLifetime
{
    private const int Clients = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private static readonly PolicySet Set = Of(Weighted("release", ("blue", 100)), "blue", "green");
    private static readonly ShiftPlan Plan = new() { From = "", To = "", Window = TimeSpan.FromMilliseconds(300), LeastRequests = 30, LongestStep = TimeSpan.FromMinutes(30) };

    private readonly SingleStore _store = new(TimeProvider.System);
    private readonly ConcurrentDictionary<int, List<string>> _seen = new();
    private readonly CancellationTokenSource _patience = new(Patience);
    private TestCell _blue = null!;
    private TestCell _green = null!;
    private TestEntry[] _doors = [];
    private ShiftBook _book = null!;

    public async ValueTask InitializeAsync()
    {
        (_blue, _green) = (await TestCell.StartAsync(), await TestCell.StartAsync());
        _doors = [await DoorAsync("one"), await DoorAsync("two")];
        _book = new ShiftBook(_store);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var door in _doors)
            await door.DisposeAsync();
        await _blue.DisposeAsync();
        await _green.DisposeAsync();
        await _store.DisposeAsync();
        _patience.Dispose();
    }

    [Fact]
    public async Task Shift_BothSidesWell_GoesThroughEveryStepToTheEnd()
    {
        await BeginAsync();
        var end = await LoadUntilEndAsync();
        end.State.Phase.ShouldBe(ShiftPhase.Done);
        end.Log.Select(static e => e.Percent).ShouldBe([1, 10, 50, 100, 100]);
        end.Log[1].Text.ShouldStartWith("1 % held, 10 % from now on; green: 0 of ");
        // each client moved once at most, and to the new side
        foreach (var sides in _seen.Values)
            sides.SkipWhile(static s => s == "blue").ShouldAllBe(static s => s == "green");
        await AskAllAsync();
        _seen.Values.Select(static sides => sides[^1]).ShouldAllBe(static side => side == "green");
    }

    [Fact]
    public async Task Shift_NewSideFails_ReturnsByItselfAndSaysWhy()
    {
        _green.AnswersWith = 500;
        await BeginAsync();
        var end = await LoadUntilEndAsync();
        (end.State.Phase, end.State.Reason).ShouldBe((ShiftPhase.Returned, ShiftReason.TooManyErrors));
        end.Log[^1].Text.ShouldStartWith("returned at 1 %: more errors than chance explains; green: ");
        end.Log[^1].Text.ShouldContain("blue: 0 of ");
        await AskAllAsync();
        _seen.Values.Select(static sides => sides[^1]).ShouldAllBe(static side => side == "blue");
        _seen.Values.Count(static sides => sides.Contains("green")).ShouldBeInRange(1, 20, "only the first step's clients met it");
    }

    [Fact]
    public async Task Shift_NewSideBeginsToFailLater_ReturnsFromThere()
    {
        await BeginAsync();
        var end = await LoadUntilEndAsync(shift => _green.AnswersWith = shift.State.Step >= 2 ? 503 : 200);
        end.State.Reason.ShouldBe(ShiftReason.TooManyErrors);
        end.Log.Select(static e => e.Percent).ShouldBe([1, 10, 50, 0]);
    }

    [Fact]
    public async Task Shift_BothSidesFailAlike_GoesOn()
    {
        (_blue.AnswersWith, _green.AnswersWith) = (500, 500);
        await BeginAsync();
        (await LoadUntilEndAsync()).State.Phase.ShouldBe(ShiftPhase.Done);
    }

    [Fact]
    public async Task Shift_AllFrontDoorsDie_GoesOnWhereItWas()
    {
        await BeginAsync(Plan with { Window = TimeSpan.FromMinutes(10) });
        await AskAllAsync();
        await UntilAsync(async shift => (await _book.CountAsync(shift, _patience.Token)) is var (old, @new) && old.Requests + @new.Requests == Clients);
        var before = await ReadAsync();
        foreach (var door in _doors)
            await door.DisposeAsync();
        _doors = [await DoorAsync("one")];
        await AskAllAsync();
        await UntilAsync(async shift => (await _book.CountAsync(shift, _patience.Token)) is var (old, @new) && old.Requests + @new.Requests == 2 * Clients);
        (await ReadAsync()).State.ShouldBe(before.State);
        foreach (var sides in _seen.Values)
            sides.Distinct().ShouldHaveSingleItem("a client's side outlives the front door");
    }

    [Fact]
    public async Task Shift_CalledBack_IsFollowedByEveryDoor()
    {
        await BeginAsync(Plan with { Steps = [50, 100], Window = TimeSpan.FromMinutes(10) });
        await AskAllAsync();
        _seen.Values.Count(static sides => sides[^1] == "green").ShouldBeInRange(Clients / 3, 2 * Clients / 3);
        var kept = (await _book.FindAsync("release", _patience.Token)).ShouldNotBeNull();
        (await _book.ReplaceAsync(ShiftAdvance.CallBack(kept.Record!, "someone", Start), kept.Revision, _patience.Token)).ShouldBeTrue();
        await FollowedAsync(static r => r.State.Phase == ShiftPhase.Returned);
        await AskAllAsync();
        _seen.Values.Select(static sides => sides[^1]).ShouldAllBe(static side => side == "blue");
        (await _book.ForgetAsync("release", (await _book.FindAsync("release", _patience.Token))!.Revision, _patience.Token)).ShouldBeTrue();
        (await _store.ListAsync("shift", _patience.Token)).Values.ShouldBeEmpty();
        (await _book.FindAsync("release", _patience.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Shift_RequestsThatNameARegion_GoThereAndDontCount()
    {
        await BeginAsync(Plan with { Steps = [50, 100], Window = TimeSpan.FromMinutes(10) });
        for (var i = 0; i < 50; i++)
        {
            using var answer = await _doors[0].Client.GetAsync("/regions/blue/answer", _patience.Token);
            answer.Headers.GetValues(EntryHeaders.Region).ShouldBe(["blue"]);
        }

        await AskAsync(1);
        await UntilAsync(async shift => (await _book.CountAsync(shift, _patience.Token)) is var (old, @new) && old.Requests + @new.Requests > 0);
        (await _book.CountAsync(await ReadAsync(), _patience.Token)).ShouldSatisfyAllConditions(static c => (c.Old.Requests + c.New.Requests).ShouldBe(1));
    }

    [Fact]
    public async Task Begin_TwoAtOnce_OneWins()
    {
        var shift = Begin(Set, Request("release", "green", plan: Plan));
        (await _book.BeginAsync(shift, 0, _patience.Token)).ShouldBeTrue();
        (await _book.BeginAsync(shift with { Id = "other" }, 0, _patience.Token)).ShouldBeFalse();
        (await ReadAsync()).Id.ShouldBe(shift.Id);
    }

    [Fact]
    public async Task Follow_WhatIsNoShift_IsLeftOut()
    {
        await _store.CommitAsync([], [new StoreWrite("shifts/release", "{}")], _patience.Token);
        (await _book.ReadAsync(_patience.Token)).ShouldBeEmpty();
        var kept = (await _book.FindAsync("release", _patience.Token)).ShouldNotBeNull();
        kept.Record.ShouldBeNull();
        (await _book.BeginAsync(Begin(Set, Request("release", "green", plan: Plan)), kept.Revision, _patience.Token)).ShouldBeTrue("it is not in the way");
        await FollowedAsync(static r => r.Policy == "release"); // begun long ago by its clock, so it may have returned already
    }

    private Task<TestEntry> DoorAsync(string name) => TestEntry.StartAsync(
        [new EntryRegion { Name = "blue", Address = _blue.Address }, new EntryRegion { Name = "green", Address = _green.Address }],
        new EntryOptions(),
        _store,
        more: services => services
            .AddBanyanPolicies(new PolicySource { Targets = Set.Targets, Load = static () => new LoadedPolicies(Set, PlaceTable.Empty, []) })
            .AddBanyanShifts(_store, new ShiftFollowerOptions(name) { Look = TimeSpan.FromMilliseconds(50) }));

    private async Task BeginAsync(ShiftPlan? plan = null)
    {
        (await _book.BeginAsync(Begin(Set, Request("release", "green", plan: plan ?? Plan)) is var shift ? shift with { State = shift.State with { StepBegan = TimeProvider.System.GetUtcNow() } } : shift, 0, _patience.Token)).ShouldBeTrue();
        await FollowedAsync(static r => r.State.Phase == ShiftPhase.Watching);
    }

    private Task FollowedAsync(Func<ShiftRecord, bool> holds) => UntilAsync(_ => Task.FromResult(_doors.All(d => d.Services.GetRequiredService<PolicyState>().Shifts is [var followed] && holds(followed))));

    private async Task<ShiftRecord> LoadUntilEndAsync(Action<ShiftRecord>? look = null)
    {
        while (await ReadAsync() is { State.Phase: ShiftPhase.Watching } shift)
        {
            look?.Invoke(shift);
            await AskAllAsync();
        }

        var end = await ReadAsync();
        await FollowedAsync(r => r.State.Phase == end.State.Phase);
        return end;
    }

    private Task AskAllAsync() => Parallel.ForEachAsync(Enumerable.Range(0, Clients), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = _patience.Token }, async (client, _) => await AskAsync(client));

    /// <summary>A client keeps to one front door, so that it sees steps in their order.</summary>
    private async Task AskAsync(int client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/answer");
        request.Headers.Add(EntryHeaders.Client, $"resident-{client}");
        using var answer = await _doors[client % _doors.Length].Client.SendAsync(request, _patience.Token);
        _seen.GetOrAdd(client, static _ => []).Add(answer.Headers.GetValues(EntryHeaders.Region).Single());
    }

    private async Task<ShiftRecord> ReadAsync() => (await _book.FindAsync("release", _patience.Token)).ShouldNotBeNull().Record.ShouldNotBeNull();

    private async Task UntilAsync(Func<ShiftRecord, Task<bool>> holds)
    {
        while (!await holds(await ReadAsync()))
            await Task.Delay(10, _patience.Token);
    }
}
