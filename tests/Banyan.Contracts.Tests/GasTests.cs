using System.Globalization;
using System.Text.Json;
using Banyan.Testing;

namespace Banyan.Contracts.Tests;

/// <summary>What each step costs is written down in <c>contracts/gas.json</c>; a change that costs more, or less, is seen in review.</summary>
public sealed class GasTests(World world) : IClassFixture<World>
{
    private static readonly string File = Path.Combine(SharedVectors.Repository, "contracts", "gas.json");

    [Fact]
    public async Task EachStep_CostsWhatIsWrittenDown()
    {
        await world.ResetAsync();
        var measured = await MeasureAsync();
        if (Environment.GetEnvironmentVariable("BANYAN_APPROVE") == "1")
            System.IO.File.WriteAllText(File, "{\n" + string.Join(",\n", measured.Select(static m => string.Create(CultureInfo.InvariantCulture, $"  \"{m.Key}\": {m.Value}"))) + "\n}\n");
        var written = JsonSerializer.Deserialize<Dictionary<string, long>>(await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken))!;

        measured.Keys.ShouldBe(written.Keys);
        foreach (var (step, gas) in measured)
            ((double)gas).ShouldBe(written[step], written[step] * 0.01, $"{step}: where this is meant, BANYAN_APPROVE=1 writes it down");
    }

    private async Task<Dictionary<string, long>> MeasureAsync()
    {
        var gas = new Dictionary<string, long>();
        foreach (var name in (string[])["Organisations", "CheckpointAnchors", "IdentityRegistry", "Approvals"])
            gas[$"deploy {name}"] = (long)(await world.SendAsync(World.Deployer, null, world.Artifacts[name].InitCode())).GasUsed;
        var (organisations, anchors, identities, approvals) = (world.Organisations, world.Anchors, world.Identities, world.Approvals);
        var call = organisations.Data("setThreshold", 2);
        var soon = await world.NowAsync() + 3600;
        await Note("Organisations.propose", organisations.DoAsync(World.Member(0), "propose", organisations.Address, call, soon));
        await Note("Organisations.approve", organisations.DoAsync(World.Member(1), "approve", 1));
        await organisations.DoAsync(World.Member(2), "approve", 1);
        await Note("Organisations.execute setThreshold", organisations.DoAsync(World.Member(0), "execute", 1, organisations.Address, call));
        await Note("CheckpointAnchors.anchor first", anchors.DoAsync(World.Writer, "anchor", World.Log, 1000, World.Hash("1000")));
        await Note("CheckpointAnchors.anchor next", anchors.DoAsync(World.Writer, "anchor", World.Log, 2000, World.Hash("2000")));
        await Note("CheckpointAnchors.anchor the same", anchors.DoAsync(World.Writer, "anchor", World.Log, 2000, World.Hash("2000")));
        await Note("IdentityRegistry.register", identities.DoAsync(World.Registrar, "register", World.Hash("did"), World.Account(1), World.Hash("document")));
        await Note("IdentityRegistry.update", identities.DoAsync(World.Account(1), "update", World.Hash("did"), World.Hash("next")));
        await Note("IdentityRegistry.addKey", identities.DoAsync(World.Account(1), "addKey", World.Hash("did"), World.Hash("id"), World.Hash("key")));
        await Note("IdentityRegistry.revokeKey", identities.DoAsync(World.Account(1), "revokeKey", World.Hash("did"), World.Hash("id")));
        await Note("Approvals.request", approvals.DoAsync(World.Operator, "request", World.Failover, World.Hash("what"), "lagos-core may leave lagos in epoch 3", soon));
        await Note("Approvals.approve", approvals.DoAsync(World.Member(0), "approve", 1));
        await approvals.DoAsync(World.Member(1), "approve", 1);
        await approvals.DoAsync(World.Member(2), "approve", 1);
        await Note("Approvals.execute", approvals.DoAsync(World.Operator, "execute", 1));
        return gas;

        async Task Note(string step, Task<Engines.Evm.Rpc.EvmReceipt> done) => gas[step] = (long)(await done).GasUsed;
    }
}
