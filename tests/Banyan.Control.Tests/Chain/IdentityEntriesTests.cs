using System.Text;
using Banyan.Control.Chain.Identities;

namespace Banyan.Control.Tests.Chain;

/// <summary>Documents of organisations in the registry of a real node.</summary>
public class IdentityEntriesTests
{
    private const string Did = "did:web:localhost%3A8080:organisations:east";
    private static readonly byte[] First = Encoding.UTF8.GetBytes("""{"id":"first"}""");
    private static readonly byte[] Second = Encoding.UTF8.GetBytes("""{"id":"second"}""");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enter_ADocumentAndItsSuccessor_TheChainHasTheirHashes()
    {
        await using var world = await ChainWorld.StartAsync();
        await using (var ledger = world.Ledger())
            (await ledger.DeployAsync(Stop)).ShouldBeNull();
        await using var entries = IdentityEntries.Connect(world.Platform, world.Data, TimeProvider.System)!;
        (await entries.FindAsync(Did, Stop)).ShouldBe((null, null));

        var entered = await entries.EnterAsync(Did, First, "east", Stop);
        entered.Problem.ShouldBeNull();
        entered.WasThere.ShouldBeFalse();
        entered.Entry!.Document.ToArray().ShouldBe(IdentityEntries.HashOf(First));
        entered.Entry.Controller.ShouldBe(world.Platform.Chain!.Accounts.Single(static a => a.Region == "east").Organisation);
        (await entries.EnterAsync(Did, First, "east", Stop)).WasThere.ShouldBeTrue();

        (await entries.EnterAsync(Did, Second, "east", Stop)).Entry!.Version.ShouldBe(2);
        (await entries.FindAsync(Did, Stop)).Entry!.Document.ToArray().ShouldBe(IdentityEntries.HashOf(Second));
        (await entries.EnterAsync(Did, First, "west", Stop)).Problem!.ShouldContain("another account controls it"); // another organisation can't
        (await entries.EnterAsync(Did, First, "nowhere", Stop)).Problem!.ShouldContain("is not in");
        Directory.GetFiles(Path.Combine(world.Data.Secrets, "chain"), "*nowhere*").ShouldBeEmpty(); // and no key was made for it
    }

    [Fact]
    public async Task Find_WhereTheChainIsAway_SaysSo()
    {
        await using var world = await ChainWorld.StartAsync();
        await using var entries = IdentityEntries.Connect(world.Platform with { Chain = world.Platform.Chain! with { Port = 1 } }, world.Data, TimeProvider.System)!;
        (await entries.FindAsync(Did, Stop)).Problem.ShouldNotBeNull();
        (await entries.EnterAsync(Did, First, "east", Stop)).Problem.ShouldNotBeNull();
    }
}
