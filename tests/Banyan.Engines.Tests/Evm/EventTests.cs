using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Events;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;

namespace Banyan.Engines.Tests.Evm;

/// <summary>Events, against a real node.</summary>
public class EventTests
{
    private static readonly EvmHash Topic = EvmHash.Parse("0x" + new string('e', 64));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Read_Reorganised_TakesBackWhatWasToldInReverse()
    {
        await using var world = await World.StartAsync();
        await world.NoteAsync(1);
        await world.NoteAsync(2);
        await world.NoteAsync(3);
        (await world.ReadAllAsync()).ShouldBe(["+1", "+2", "+3"]);

        await world.Node.ReorgAsync(2); // the blocks of 2 and 3
        (await world.ReadAllAsync()).ShouldBe(["-3", "-2"]);
        await world.NoteAsync(4);
        (await world.ReadAllAsync()).ShouldBe(["+4"]);
        world.Told.ShouldBe([1, 4]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_ReorganisedWhileAway_IsSeenByTheStoredCursor()
    {
        await using var world = await World.StartAsync();
        await world.NoteAsync(1);
        await world.NoteAsync(2);
        await world.ReadAllAsync();
        var stored = world.Cursor.ToJson();

        await world.Node.ReorgAsync(1);
        await world.NoteAsync(5);
        EventCursor.TryParse(stored, out var cursor).ShouldBeTrue();
        world.Restart(cursor!);
        (await world.ReadAllAsync()).ShouldBe(["-2", "+5"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_DeeperThanRemembered_EndsAndSaysSo()
    {
        await using var world = await World.StartAsync(remember: 3);
        await world.NoteAsync(1);
        await world.Node.MineAsync(10);
        await world.ReadAllAsync();
        await world.Node.ReorgAsync(8);
        var step = await world.Follower.ReadAsync(world.Cursor, Token);
        step.Error!.Failure.ShouldBe(EvmFailure.TooDeep);
        await foreach (var told in world.Follower.FollowAsync(world.Cursor, Token))
            told.Error!.Failure.ShouldBe(EvmFailure.TooDeep);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_MuchToCatchUpWith_IsReadInRangesAndMissesNothing()
    {
        await using var world = await World.StartAsync(remember: 4, range: 7);
        for (var i = 1; i <= 12; i++)
        {
            await world.NoteAsync(i);
            await world.Node.MineAsync(i);
        }

        (await world.ReadAllAsync()).ShouldBe(Enumerable.Range(1, 12).Select(static i => $"+{i}"));
        world.Cursor.Seen.Count.ShouldBeLessThanOrEqualTo(4);
        (await world.ReadAllAsync()).ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_Confirmations_TellsNothingThatIsTakenBack()
    {
        await using var world = await World.StartAsync(confirmations: 3);
        await world.NoteAsync(1);
        await world.Node.MineAsync();
        (await world.ReadAllAsync()).ShouldBeEmpty();
        await world.Node.ReorgAsync(2);
        (await world.ReadAllAsync()).ShouldBeEmpty();
        await world.NoteAsync(2);
        await world.Node.MineAsync(2);
        (await world.ReadAllAsync()).ShouldBe(["+2"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Read_NodeBegunAnew_TakesAllBack()
    {
        await using var world = await World.StartAsync();
        await world.NoteAsync(1);
        (await world.ReadAllAsync()).ShouldBe(["+1"]);
        world.Node.Kill();
        (await world.Follower.ReadAsync(world.Cursor, Token)).Error!.Failure.ShouldBe(EvmFailure.Unreachable);
        await world.Node.RestartAsync();
        await world.Node.MineAsync(5);
        await UntilAsync(async () => (await world.Follower.ReadAsync(world.Cursor, Token)).Ok);
        (await world.ReadAllAsync()).ShouldBe(["-1"]);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            i.ShouldBeLessThan(600);
            await Task.Delay(50, Token);
        }
    }

    /// <summary>A node, a contract that logs, and a follower whose cursor is kept with what it was told.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly Banyan.Engines.Evm.Signing.PrivateKeySigner _key = Anvil.Key(0);
        private TransactionSender _sender = null!;
        private EvmAddress _noter;
        private EventOptions _options = null!;

        public required Anvil Node { get; init; }

        public EventFollower Follower { get; private set; } = null!;

        public EventCursor Cursor { get; private set; } = EventCursor.Before(0);

        /// <summary>What an application would hold true by now.</summary>
        public List<int> Told { get; } = [];

        public static async Task<World> StartAsync(int remember = 64, int range = 2000, int confirmations = 1)
        {
            var world = new World { Node = await Anvil.StartAsync() };
            world._sender = (await TransactionSender.OpenAsync(world.Node.Client, world._key, new() { PollEvery = TimeSpan.FromMilliseconds(20), StuckAfter = TimeSpan.FromMilliseconds(200) }, cancellationToken: Token)).Value;
            world._noter = (await world._sender.SendAndWaitAsync(new() { Data = TinyContracts.Noter(Topic.ToString()) }, Token)).Value.ContractAddress!.Value;
            world._options = new()
            {
                Filter = new() { Addresses = [world._noter], Topics = [[Topic]] }, Remember = remember, MaxRange = range, Confirmations = confirmations, PollEvery = TimeSpan.FromMilliseconds(20),
            };
            world.Restart(world.Cursor);
            return world;
        }

        public void Restart(EventCursor cursor)
        {
            Follower = new(Node.Client, _options);
            Cursor = cursor;
        }

        public async Task NoteAsync(int number)
        {
            var word = new byte[32];
            word[31] = (byte)number;
            (await _sender.SendAndWaitAsync(new() { To = _noter, Data = word, GasLimit = 100_000 }, Token)).Value.Succeeded.ShouldBeTrue();
        }

        /// <summary>Reads until nothing is new.</summary>
        public async Task<List<string>> ReadAllAsync()
        {
            var steps = new List<string>();
            while ((await Follower.ReadAsync(Cursor, Token)).Value is { } batch)
            {
                foreach (var log in batch.Removed)
                {
                    Told[^1].ShouldBe(NumberOf(log));
                    Told.RemoveAt(Told.Count - 1);
                    steps.Add($"-{NumberOf(log)}");
                }

                foreach (var log in batch.Added)
                {
                    Told.Add(NumberOf(log));
                    steps.Add($"+{NumberOf(log)}");
                }

                Cursor = batch.Cursor;
            }

            return steps;
        }

        public async ValueTask DisposeAsync()
        {
            await _sender.DisposeAsync();
            await Node.DisposeAsync();
            _key.Dispose();
        }

        private static int NumberOf(EvmLog log) => log.Topics[1].ToArray()[31];
    }
}
