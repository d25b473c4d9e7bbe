using Banyan.Engines.Certificates;

namespace Banyan.Engines.Tests.Certificates;

public class LinkPolicyTests
{
    /// <summary>The whole of it: a row for each server, its clients in the order of <see cref="ProcessRole"/>.</summary>
    private static readonly (ProcessRole Server, ProcessRole[] Clients)[] Allowed =
    [
        (ProcessRole.Cell, [ProcessRole.Cell, ProcessRole.Keeper, ProcessRole.FrontDoor, ProcessRole.Supervisor, ProcessRole.Operator]),
        (ProcessRole.Keeper, [ProcessRole.Keeper, ProcessRole.FrontDoor, ProcessRole.Supervisor, ProcessRole.Operator]),
        (ProcessRole.Consensus, [.. Enum.GetValues<ProcessRole>().Where(static r => r != ProcessRole.Database)]),
        (ProcessRole.FrontDoor, []),
        (ProcessRole.Supervisor, []),
        (ProcessRole.Operator, []),
        (ProcessRole.Database, []),
    ];

    [Fact]
    public void MayConnect_EveryPair_IsAsTheTableSays()
    {
        Allowed.Select(static a => a.Server).Order().ShouldBe(Enum.GetValues<ProcessRole>());
        foreach (var (server, clients) in Allowed)
            Enum.GetValues<ProcessRole>().Where(c => LinkPolicy.MayConnect(Name("kai", "east", c), Name("kai", "west", server))).ShouldBe(clients, $"to {server}");
    }

    [Fact]
    public void MayConnect_OtherPlatform_Never()
    {
        foreach (var client in Enum.GetValues<ProcessRole>())
        {
            foreach (var server in Enum.GetValues<ProcessRole>())
                LinkPolicy.MayConnect(Name("kai", "east", client), Name("sankofa", "east", server)).ShouldBeFalse($"{client} to {server}");
        }
    }

    private static ProcessName Name(string platform, string region, ProcessRole role) => new(platform, ProcessName.IsOfRegion(role) ? region : null, role);
}
