using System.Globalization;
using Banyan.Engines.Evm;

namespace Banyan.Contracts.Tests;

/// <summary>Hundreds of random steps by anybody, each compared with a model in plain C#: what succeeds, and what is so afterwards.</summary>
public sealed class OrganisationsProperties(World world) : IClassFixture<World>
{
    private const int Steps = 220;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AnySteps_AnybodysCalls_AreAsTheModelSays(int seed)
    {
        await world.ResetAsync();
        var random = new Random(seed);
        var model = new OrganisationsModel();
        var (did, done) = (0, 0);
        for (var step = 0; step < Steps; step++)
        {
            var by = random.Next(100) < 85 && model.Members.Count > 0 ? model.Members[random.Next(model.Members.Count)].Account : World.Account(random.Next(12));
            // Mostly about the newest proposal, so that enough approve one before the next is made.
            var id = random.Next(6) == 0 ? random.Next(1, model.Proposals.Count + 2) : Math.Max(1, model.Proposals.Count);
            var (expected, succeeded) = random.Next(12) switch
            {
                0 => await ProposeAsync(model, random, by),
                1 or 2 or 3 or 4 or 5 or 6 => (model.Approve(by, id), await world.Organisations.TryAsync(by, "approve", id)),
                7 when random.Next(2) == 0 => (model.Revoke(by, id), await world.Organisations.TryAsync(by, "revokeApproval", id)),
                8 when random.Next(4) == 0 => (model.Withdraw(by, id), await world.Organisations.TryAsync(by, "withdraw", id)),
                _ => await ExecuteAsync(model, by, id),
            };
            var trace = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, step {step}, proposal {id}, by {by}");
            succeeded.ShouldBe(expected, trace);
            (did, done) = (did + 1, done + (succeeded ? 1 : 0));
            await CompareAsync(model, trace);
        }

        done.ShouldBeInRange(did / 8, did, "too few steps do anything");
        model.Executed.ShouldBeGreaterThan(2, "too few proposals are carried out");
    }

    private async Task<(bool Expected, bool Succeeded)> ProposeAsync(OrganisationsModel model, Random random, EvmAddress by)
    {
        var (kind, a, b, number) = (random.Next(4), random.Next(12), random.Next(12), random.Next(0, 6));
        var organisations = world.Organisations;
        var (data, does) = kind switch
        {
            0 => (organisations.Data("addMember", World.Account(a), World.Name($"name-{b}")), (Func<bool>)(() => model.Add(World.Account(a), $"name-{b}"))),
            1 when model.Members.Count > 0 && model.Members[a % model.Members.Count].Account is var account => (organisations.Data("removeMember", account), () => model.Remove(account)),
            2 when model.Members.Count > 0 && model.Members[a % model.Members.Count].Account is var from => (organisations.Data("changeAccount", from, World.Account(b)), () => model.Change(from, World.Account(b))),
            _ => (organisations.Data("setThreshold", number), () => model.SetThreshold(number)),
        };
        var succeeded = await organisations.TryAsync(by, "propose", organisations.Address, data, await world.NowAsync() + 86_400);
        return (model.Propose(by, data, does), succeeded);
    }

    private async Task<(bool Expected, bool Succeeded)> ExecuteAsync(OrganisationsModel model, EvmAddress by, int id)
    {
        var data = id <= model.Proposals.Count ? model.Proposals[id - 1].Data : [];
        var succeeded = await world.Organisations.TryAsync(by, "execute", id, world.Organisations.Address, data);
        return (model.Execute(by, id), succeeded);
    }

    private async Task CompareAsync(OrganisationsModel model, string trace)
    {
        (await world.Organisations.NumberAsync("threshold")).ShouldBe(model.Threshold, trace);
        var members = ((object[])(await world.Organisations.AskAsync("members"))[0]).Cast<EvmAddress>();
        members.ShouldBe(model.Members.Select(static m => m.Account), ignoreOrder: true, trace);
        model.Threshold.ShouldBeInRange(1, model.Members.Count, trace);
        if (model.Proposals.Count > 0)
            (await world.Organisations.NumberAsync("approvalCount", model.Proposals.Count)).ShouldBe(model.Approvals(model.Proposals.Count), trace);
    }
}
