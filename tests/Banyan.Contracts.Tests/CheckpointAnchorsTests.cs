using System.Text;
using Banyan.Engines.Evm;

namespace Banyan.Contracts.Tests;

/// <summary>Anchors grow, are never taken back, and show who lies.</summary>
public sealed class CheckpointAnchorsTests(World world) : IClassFixture<World>, IAsyncLifetime
{
    private static readonly EvmHash Root = World.Hash("root"), Other = World.Hash("other");

    private Contract Anchors => world.Anchors;

    public ValueTask InitializeAsync() => new(world.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Anchor_ALargerTree_IsTold_AndFoundAgain()
    {
        var receipt = await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root);
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 25, Other);

        Anchors.EventOf(receipt, "Anchored")[2].ShouldBe(Root.ToArray());
        (await Anchors.NumberAsync("count", World.Log)).ShouldBe(2);
        Size(await Anchors.StructAsync("newest", World.Log)).ShouldBe(25);
        var first = await Anchors.StructAsync("anchorAt", World.Log, 0);
        ((byte[])first[0]).ShouldBe(Root.ToArray());
        Size(first).ShouldBe(10);
        ((System.Numerics.BigInteger)first[2]).ShouldBe((System.Numerics.BigInteger)receipt.BlockNumber);
        Size(await Anchors.StructAsync("ofSize", World.Log, 25)).ShouldBe(25);
        Size(await Anchors.StructAsync("ofSize", World.Log, 11)).ShouldBe(0);
        // A leaf's index counts from 0: leaf 9 is the last of ten.
        Size(await Anchors.StructAsync("covering", World.Log, 9)).ShouldBe(10);
        Size(await Anchors.StructAsync("covering", World.Log, 10)).ShouldBe(25);
        Size(await Anchors.StructAsync("covering", World.Log, 25)).ShouldBe(0);
    }

    [Fact]
    public async Task Anchor_TheSameAgain_ChangesNothing()
    {
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root);
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 20, Other);

        (await Anchors.DoAsync(World.Writer, "anchor", World.Log, 20, Other)).Logs.ShouldBeEmpty();
        (await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root)).Logs.ShouldBeEmpty();

        (await Anchors.NumberAsync("count", World.Log)).ShouldBe(2);
    }

    [Fact]
    public async Task Anchor_TheSameSizeWithAnotherRoot_IsAFork()
    {
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root);
        await Anchors.RefusesAsync("Fork", World.Writer, "anchor", World.Log, 10, Other);
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 20, Root);
        await Anchors.RefusesAsync("Fork", World.Writer, "anchor", World.Log, 10, Other);
    }

    [Fact]
    public async Task Anchor_ASmallerTree_IsRefused()
    {
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root);
        await Anchors.RefusesAsync("Behind", World.Writer, "anchor", World.Log, 9, Other);
    }

    [Fact]
    public async Task Anchor_SizeOrRootOfZero_IsRefused()
    {
        await Anchors.RefusesAsync("BadCheckpoint", World.Writer, "anchor", World.Log, 0, Root);
        await Anchors.RefusesAsync("BadCheckpoint", World.Writer, "anchor", World.Log, 1, EvmHash.Zero);
    }

    [Fact]
    public async Task Anchor_ByWhoIsNoWriterOfTheLog_IsRefused()
    {
        foreach (var caller in (EvmAddress[])[World.Stranger, World.Member(0), World.Guardian, World.Operator, World.Deployer])
            await Anchors.RefusesAsync("NotWriter", caller, "anchor", World.Log, 1, Root);
        await Anchors.RefusesAsync("NotWriter", World.Writer, "anchor", World.Hash("another log"), 1, Root);
    }

    [Fact]
    public async Task SetWriter_OnlyByTheOrganisationsTogether()
    {
        foreach (var caller in (EvmAddress[])[World.Stranger, World.Member(0), World.Writer, World.Deployer])
            await Anchors.RefusesAsync("NotAuthority", caller, "setWriter", World.Log, World.Stranger, true);

        await world.DecideAsync(Anchors.Address, Anchors.Data("setWriter", World.Log, World.Account(5), true));
        await world.DecideAsync(Anchors.Address, Anchors.Data("setWriter", World.Log, World.Writer, false));

        await Anchors.DoAsync(World.Account(5), "anchor", World.Log, 1, Root);
        await Anchors.RefusesAsync("NotWriter", World.Writer, "anchor", World.Log, 2, Root);
    }

    [Fact]
    public async Task ReportFork_WithASignedNoteOfAnotherTree_IsRecorded_AlsoWhilePaused()
    {
        const string origin = "banyan/kai/east-africa";
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root);
        await world.Organisations.DoAsync(World.Guardian, "pause", "a fork");
        var note = Note(origin, 10, Other);

        var receipt = await Anchors.DoAsync(World.Member(2), "reportFork", origin, 10, Other, note);

        var told = Anchors.EventOf(receipt, "ForkReported");
        told[2].ShouldBe(Root.ToArray());
        told[3].ShouldBe(Other.ToArray());
        told[4].ShouldBe(note);
        (await Anchors.NumberAsync("forks", World.Log)).ShouldBe(1);
    }

    [Fact]
    public async Task ReportFork_WithEvidenceThatIsNone_IsRefused()
    {
        const string origin = "banyan/kai/east-africa";
        await Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, Root);

        await Anchors.RefusesAsync("NotReporter", World.Stranger, "reportFork", origin, 10, Other, Note(origin, 10, Other));
        await Anchors.RefusesAsync("NoFork", World.Writer, "reportFork", origin, 10, Root, Note(origin, 10, Root));
        await Anchors.RefusesAsync("NoFork", World.Writer, "reportFork", origin, 11, Other, Note(origin, 11, Other));
        await Anchors.RefusesAsync("NoFork", World.Member(0), "reportFork", "banyan/kai/west-africa", 10, Other, Note("banyan/kai/west-africa", 10, Other));
        await Anchors.RefusesAsync("BadNote", World.Writer, "reportFork", origin, 10, Other, Note(origin, 11, Other));
        await Anchors.RefusesAsync("BadNote", World.Writer, "reportFork", origin, 10, Other, Note("banyan/kai/west-africa", 10, Other));
        await Anchors.RefusesAsync("BadNote", World.Writer, "reportFork", origin, 10, Other, Note(origin, 10, World.Hash("a third")));
        await Anchors.RefusesAsync("BadNote", World.Writer, "reportFork", origin, 10, Other, Array.Empty<byte>());
        await Anchors.RefusesAsync("BadNote", World.Writer, "reportFork", origin, 10, Other, (byte[])[.. Note(origin, 10, Other), .. new byte[8192]]);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task AnySteps_ByWriters_AreAsTheModelSays(int seed)
    {
        var random = new Random(seed);
        var second = World.Hash("banyan/kai/west-africa");
        await world.DecideAsync(Anchors.Address, Anchors.Data("setWriter", second, World.Account(5), true));
        var model = new Dictionary<EvmHash, SortedDictionary<long, EvmHash>> { [World.Log] = [], [second] = [] };
        var made = 0;
        for (var step = 0; step < 250; step++)
        {
            var (log, by) = (random.Next(2) == 0 ? World.Log : second, random.Next(3) == 0 ? World.Account(5) : World.Writer);
            var newest = model[log].Count == 0 ? 0 : model[log].Keys.Last();
            var size = Math.Max(0, newest + random.Next(-6, 9));
            // Two roots a size: half of the repetitions are forks.
            var root = World.Hash($"{size} {random.Next(2)}");
            var mayWrite = by == (log == World.Log ? World.Writer : World.Account(5));
            var same = model[log].TryGetValue(size, out var anchored) && anchored == root;
            var expected = mayWrite && size > 0 && (size > newest || same);

            (await Anchors.TryAsync(by, "anchor", log, size, root)).ShouldBe(expected, $"seed {seed}, step {step}: {size} after {newest} by {by}");

            if (expected && !same)
                (model[log][size], made) = (root, made + 1);
        }

        made.ShouldBeGreaterThan(30, "too few steps do anything");
        foreach (var (log, anchors) in model)
        {
            (await Anchors.NumberAsync("count", log)).ShouldBe(anchors.Count);
            for (var size = 1L; size <= anchors.Keys.Last() + 1; size++)
            {
                var exact = await Anchors.StructAsync("ofSize", log, size);
                ((byte[])exact[0]).ShouldBe(anchors.GetValueOrDefault(size).ToArray(), $"{size}");
                Size(await Anchors.StructAsync("covering", log, size - 1)).ShouldBe(anchors.Keys.FirstOrDefault(s => s >= size));
            }
        }
    }

    private static long Size(object[] anchor) => (long)(System.Numerics.BigInteger)anchor[1];

    private static byte[] Note(string origin, long size, EvmHash root) =>
        Encoding.UTF8.GetBytes($"{origin}\n{size}\n{Convert.ToBase64String(root.ToArray())}\n\n— {origin} AAAAAAAA\n");
}
