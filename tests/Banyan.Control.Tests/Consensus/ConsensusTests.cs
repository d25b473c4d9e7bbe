using Banyan.Control.Consensus;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Control.Tests.Consensus;

/// <summary>The single store in this process.</summary>
public class SingleStoreTests : ConsensusCompliance
{
    protected override Task<IConsensusStore> OpenAsync() => Task.FromResult<IConsensusStore>(new SingleStore(BootTime.Instance));
}

/// <summary>The single store behind its server.</summary>
public sealed class ConsensusServerTests : ConsensusCompliance, IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _open = [];

    protected override async Task<IConsensusStore> OpenAsync() => new ConsensusClient(await ServeAsync(new SingleStore(BootTime.Instance)), "x", TimeProvider.System);

    [Fact]
    public async Task Ask_OfAnotherPlatform_IsRefused()
    {
        await using var client = new ConsensusClient(await ServeAsync(new SingleStore(BootTime.Instance)), "another", TimeProvider.System);
        await Should.ThrowAsync<ConsensusUnavailableException>(() => client.ListAsync("", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Ask_NobodyThere_SaysSoInTime()
    {
        var address = await ServeAsync(new SingleStore(BootTime.Instance));
        await DisposeAsync();
        await using var client = new ConsensusClient(address, "x", TimeProvider.System);
        (await Should.ThrowAsync<ConsensusUnavailableException>(() => client.GrantAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken))).Message.ShouldContain("does not answer");
    }

    [Fact]
    public async Task Watch_ServerGone_Ends()
    {
        await using var client = await OpenAsync();
        await using var watch = client.WatchAsync("", 0, TestContext.Current.CancellationToken).GetAsyncEnumerator();
        var next = watch.MoveNextAsync();
        await client.CommitAsync([], [new StoreWrite("a", "1")], TestContext.Current.CancellationToken);
        (await next).ShouldBeTrue();
        await DisposeAsync();
        await Should.ThrowAsync<ConsensusUnavailableException>(async () => await watch.MoveNextAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in Enumerable.Reverse(_open))
            await open.DisposeAsync();
        _open.Clear();
    }

    private async Task<Uri> ServeAsync(SingleStore store)
    {
        var app = ConsensusHost.Build(store, 0, "x");
        _open.Add(store);
        _open.Add(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }
}

/// <summary>What a store keeps on disk.</summary>
public sealed class StoreLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-store-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_Again_HasWhatWasCommittedAndItsRevisions()
    {
        StoredValue before;
        await using (var store = Open())
        {
            await store.CommitAsync([], [new StoreWrite("a", "1"), new StoreWrite("gone", "x")], Stop);
            await store.CommitAsync([], [new StoreWrite("gone", null)], Stop);
            before = (await store.GetAsync("a", Stop))!;
        }

        for (var times = 0; times < 2; times++)
        {
            await using var again = Open();
            (await again.ListAsync("", Stop)).Values.ShouldBe([before]);
            (await again.CommitAsync([new StoreCondition("a", before.Revision)], [], Stop)).Made.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Open_Again_GivesLeasesTheirTimeAnew()
    {
        StoreLease lease;
        await using (var store = Open())
        {
            lease = await store.GrantAsync(TimeSpan.FromSeconds(30), Stop);
            await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id)], Stop);
        }

        await using var again = Open();
        (await again.RenewAsync(lease.Id, Stop)).ShouldBeTrue();
        (await again.GetAsync("held", Stop))!.Lease.ShouldBe(lease.Id);
        (await again.GrantAsync(TimeSpan.FromSeconds(1), Stop)).Id.ShouldNotBe(lease.Id);
    }

    [Fact]
    public async Task Open_LastLineCutOff_DropsItAlone()
    {
        await using (var store = Open())
            await store.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        await File.AppendAllTextAsync(Path.Combine(_folder, "store.log"), "0123456789abcdef {\"Revision\":", Stop);
        await using var again = Open();
        (await again.GetAsync("a", Stop))!.Value.ShouldBe("1");
    }

    [Fact]
    public async Task Open_DamagedInTheMiddle_IsRefused()
    {
        await using (var store = Open())
        {
            for (var i = 0; i < 3; i++)
                await store.CommitAsync([], [new StoreWrite("a", $"value-{i}")], Stop);
        }

        var file = Path.Combine(_folder, "store.log");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, Stop)).Replace("value-1", "value-7", StringComparison.Ordinal), Stop);
        Should.Throw<ConsensusUnavailableException>(Open).Message.ShouldContain("is damaged");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SingleStore Open() => new(BootTime.Instance, new StoreLog(_folder));
}
