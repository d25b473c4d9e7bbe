using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Testing;

namespace Banyan.Contracts.Tests;

/// <summary>Code changes when the organisations say so, and what was stored stays where it was.</summary>
public sealed class UpgradeTests(World world) : IClassFixture<World>, IAsyncLifetime
{
    public ValueTask InitializeAsync() => new(world.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("Organisations")]
    [InlineData("CheckpointAnchors")]
    [InlineData("IdentityRegistry")]
    [InlineData("Approvals")]
    public async Task Upgrade_ByAnybodyAlone_IsRefused(string name)
    {
        var code = await world.CreateAsync(world.Artifacts[name].InitCode());
        var contract = Named(name);
        foreach (var caller in (EvmAddress[])[World.Stranger, World.Member(0), World.Guardian, World.Operator, World.Deployer])
            await contract.RefusesAsync(name == "Organisations" ? "NotSelf" : "NotAuthority", caller, "upgradeToAndCall", code, Array.Empty<byte>());
    }

    [Theory]
    [InlineData("Organisations")]
    [InlineData("CheckpointAnchors")]
    [InlineData("IdentityRegistry")]
    [InlineData("Approvals")]
    public async Task Initialize_TheCodeItself_IsRefused(string name)
    {
        var code = new Contract(world, await world.CreateAsync(world.Artifacts[name].InitCode()), world.Artifacts[name].Abi);
        object[] arguments = name switch
        {
            "Organisations" => [World.Accounts(), World.Names(), 1, new List<object>(), new List<object>()],
            "IdentityRegistry" => [world.Organisations.Address],
            _ => [world.Organisations.Address, new List<object>(), new List<object>()],
        };
        await code.RefusesAsync("InvalidInitialization", World.Stranger, "initialize", arguments);
        await Named(name).RefusesAsync("InvalidInitialization", World.Stranger, "initialize", arguments);
        await code.RefusesAsync("UUPSUnauthorizedCallContext", World.Stranger, "upgradeToAndCall", code.Address, Array.Empty<byte>());
    }

    [Fact]
    public async Task Proxy_ThatNobodyInitialised_CantBeMade()
    {
        var code = await world.CreateAsync(world.Artifacts["CheckpointAnchors"].InitCode());
        (await world.SendAsync(World.Stranger, null, world.Artifacts["Proxy"].InitCode(code, Array.Empty<byte>()))).Succeeded.ShouldBeFalse();
    }

    [Fact]
    public async Task Upgrade_ByTheOrganisations_KeepsWhatWasStored()
    {
        await world.Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, World.Hash("root"));
        var later = world.Attackers["CheckpointAnchorsLater"];
        var code = await world.CreateAsync(later.InitCode());
        await world.DecideAsync(world.Anchors.Address, world.Anchors.Data("upgradeToAndCall", code, later.Abi.Function("initializeLater").Encode(77)));

        var upgraded = new Contract(world, world.Anchors.Address, later.Abi);
        (await upgraded.NumberAsync("later")).ShouldBe(77);
        await upgraded.RefusesAsync("InvalidInitialization", World.Stranger, "initializeLater", 78);
        ((byte[])(await upgraded.StructAsync("newest", World.Log))[0]).ShouldBe(World.Hash("root").ToArray());
        (await upgraded.AskAsync("authority"))[0].ShouldBe(world.Organisations.Address);
        await upgraded.DoAsync(World.Writer, "anchor", World.Log, 11, World.Hash("root 11"));
        await upgraded.RefusesAsync("Fork", World.Writer, "anchor", World.Log, 10, World.Hash("another"));
        (await upgraded.NumberAsync("later")).ShouldBe(77, "what was stored later lies elsewhere");
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("OtherSlot")]
    public async Task Upgrade_ToCodeThatIsNoLaterVersion_IsRefused(string name)
    {
        var code = await world.CreateAsync(world.Attackers[name].InitCode());
        var call = world.Anchors.Data("upgradeToAndCall", code, Array.Empty<byte>());
        var id = await world.ProposeAsync(World.Member(0), world.Anchors.Address, call);
        await world.Organisations.DoAsync(World.Member(1), "approve", id);
        await world.Organisations.DoAsync(World.Member(2), "approve", id);

        (await world.Organisations.TryAsync(World.Member(0), "execute", id, world.Anchors.Address, call)).ShouldBeFalse();
        await world.Anchors.DoAsync(World.Writer, "anchor", World.Log, 10, World.Hash("root"));
    }

    [Fact]
    public async Task Upgrade_TheOrganisationsThemselves_KeepsWhoTakesPart()
    {
        var code = await world.CreateAsync(world.Artifacts["Organisations"].InitCode());
        await world.DecideAsync(world.Organisations.Address, world.Organisations.Data("upgradeToAndCall", code, Array.Empty<byte>()));
        (await world.Organisations.NumberAsync("threshold")).ShouldBe(World.Threshold);
        (await world.Organisations.IsAsync("isMember", World.Member(2))).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Organisations")]
    [InlineData("CheckpointAnchors")]
    [InlineData("IdentityRegistry")]
    [InlineData("Approvals")]
    public void Storage_IsAsInTheApprovedLayout(string name)
    {
        // A deployed proxy keeps its state by these places. A new variable may only take the place of a part of __gap; nothing may move.
        using var built = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedVectors.Repository, "artifacts", "contracts", "contracts.json")));
        var layout = string.Join('\n', built.RootElement.GetProperty(name).GetProperty("storage").EnumerateArray().Select(static l => l.GetString())) + "\n";
        var file = Path.Combine(SharedVectors.Repository, "contracts", "storage", $"{name}.txt");
        if (Environment.GetEnvironmentVariable("BANYAN_APPROVE") == "1")
            File.WriteAllText(file, layout);
        layout.ShouldBe(File.ReadAllText(file));
    }

    private Contract Named(string name) => name switch
    {
        "Organisations" => world.Organisations,
        "CheckpointAnchors" => world.Anchors,
        "IdentityRegistry" => world.Identities,
        _ => world.Approvals,
    };
}
