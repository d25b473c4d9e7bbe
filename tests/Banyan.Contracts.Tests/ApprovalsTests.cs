using System.Numerics;
using Banyan.Engines.Evm;

namespace Banyan.Contracts.Tests;

/// <summary>What needs several parties happens when enough have said so, once, in time.</summary>
public sealed class ApprovalsTests(World world) : IClassFixture<World>, IAsyncLifetime
{
    private const int Open = 1, Approved = 2, Executed = 3, Withdrawn = 4, Expired = 5;
    private static readonly EvmHash What = World.Hash("lagos-core leaves lagos in epoch 3");

    private Contract Approvals => world.Approvals;

    public ValueTask InitializeAsync() => new(world.ResetAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Execute_EnoughApproved_IsDoneOnce()
    {
        var id = await RequestAsync();
        await ApproveAsync(id, 0, 1);
        await Approvals.RefusesAsync("NotEnoughApprovals", World.Operator, "execute", id);
        await ApproveAsync(id, 2);
        (await StateAsync(id)).ShouldBe(Approved);
        await Approvals.RefusesAsync("NotAllowed", World.Member(0), "execute", id);
        await Approvals.RefusesAsync("NotAllowed", World.Stranger, "execute", id);

        Approvals.EventOf(await Approvals.DoAsync(World.Operator, "execute", id), "Executed")[1].ShouldBe(World.Operator);

        (await StateAsync(id)).ShouldBe(Executed);
        await Approvals.RefusesAsync("NotOpen", World.Operator, "execute", id);
        await Approvals.RefusesAsync("NotOpen", World.Member(3), "approve", id);
    }

    [Fact]
    public async Task Request_ByWhoMayNot_OrOfNoKind_OrTooLong_IsRefused()
    {
        var soon = await world.NowAsync() + 60;
        await Approvals.RefusesAsync("NotAllowed", World.Stranger, "request", World.Failover, What, "text", soon);
        await Approvals.RefusesAsync("NoPolicy", World.Operator, "request", World.Hash("anything"), What, "text", soon);
        await Approvals.RefusesAsync("TextTooLong", World.Operator, "request", World.Failover, What, new string('x', 513), soon);
        await Approvals.RefusesAsync("BadDeadline", World.Operator, "request", World.Failover, What, "text", soon - 100);
        await Approvals.RefusesAsync("BadDeadline", World.Operator, "request", World.Failover, What, "text", soon + (31 * 86_400));
    }

    [Fact]
    public async Task Request_TheSameWhileItIsOpen_IsRefused_AndLaterIsAnother()
    {
        var id = await RequestAsync();
        await Approvals.RefusesAsync("AlreadyRequested", World.Operator, "request", World.Failover, What, "text", await world.NowAsync() + 60);
        await Approvals.RefusesAsync("NotRequester", World.Member(0), "withdraw", id);
        await Approvals.DoAsync(World.Operator, "withdraw", id);
        (await StateAsync(id)).ShouldBe(Withdrawn);
        (await RequestAsync()).ShouldBe(id + 1);
        (await Approvals.NumberAsync("latest", World.Failover, What)).ShouldBe(id + 1);
    }

    [Fact]
    public async Task Approve_TwiceOrByNoOrganisation_IsRefused()
    {
        var id = await RequestAsync();
        await ApproveAsync(id, 0);
        await Approvals.RefusesAsync("AlreadyApproved", World.Member(0), "approve", id);
        foreach (var caller in (EvmAddress[])[World.Stranger, World.Operator, World.Guardian])
            await Approvals.RefusesAsync("NotMember", caller, "approve", id);
        (await Approvals.NumberAsync("approvalCount", id)).ShouldBe(1);
    }

    [Fact]
    public async Task Expired_NothingIsPossible()
    {
        var id = await RequestAsync();
        await ApproveAsync(id, 0, 1, 2);
        await world.AdvanceAsync(TimeSpan.FromHours(2));
        (await StateAsync(id)).ShouldBe(Expired);
        await Approvals.RefusesAsync("NotOpen", World.Operator, "execute", id);
        await Approvals.RefusesAsync("NotOpen", World.Member(3), "approve", id);
        await Approvals.RefusesAsync("NotOpen", World.Operator, "withdraw", id);
    }

    [Fact]
    public async Task Paused_NothingIsApprovedOrCarriedOut_AndItCanBeTakenBack()
    {
        var id = await RequestAsync();
        await ApproveAsync(id, 0, 1, 2);
        await world.Organisations.DoAsync(World.Guardian, "pause", "wait");
        await Approvals.RefusesAsync("Paused", World.Operator, "execute", id);
        await Approvals.RefusesAsync("Paused", World.Member(3), "approve", id);
        await Approvals.DoAsync(World.Operator, "withdraw", id);
    }

    [Fact]
    public async Task AMemberThatLeft_ItsApprovalCountsNoMore()
    {
        var id = await RequestAsync();
        await ApproveAsync(id, 0, 1, 3);
        await world.DecideAsync(world.Organisations.Address, world.Organisations.Data("removeMember", World.Member(3)));

        (await StateAsync(id)).ShouldBe(Open);
        await Approvals.RefusesAsync("NotEnoughApprovals", World.Operator, "execute", id);
        await world.DecideAsync(world.Organisations.Address, world.Organisations.Data("addMember", World.Member(3), World.Name("back")));
        (await Approvals.NumberAsync("approvalCount", id)).ShouldBe(2, "who left and came back must approve anew");
        await ApproveAsync(id, 3);
        (await StateAsync(id)).ShouldBe(Approved);
    }

    [Fact]
    public async Task SetPolicy_OnlyByTheOrganisationsTogether()
    {
        foreach (var caller in (EvmAddress[])[World.Operator, World.Member(0), World.Stranger])
            await Approvals.RefusesAsync("NotAuthority", caller, "setPolicy", World.Failover, 1);
        var id = await RequestAsync();
        await ApproveAsync(id, 0, 1);
        await world.DecideAsync(Approvals.Address, Approvals.Data("setPolicy", World.Failover, 2));
        await Approvals.DoAsync(World.Operator, "execute", id);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task AnySteps_AnybodysCalls_AreAsTheModelSays(int seed)
    {
        var random = new Random(seed);
        var requests = new List<(EvmHash Subject, EvmAddress By, HashSet<EvmAddress> Approvers, int End)>();
        var executed = 0;
        for (var step = 0; step < 250; step++)
        {
            EvmAddress[] callers = [World.Member(0), World.Member(1), World.Member(2), World.Member(3), World.Operator, World.Stranger];
            var by = callers[random.Next(callers.Length)];
            var isMember = Array.IndexOf(callers, by) < 4;
            var id = random.Next(Math.Max(1, requests.Count - 2), requests.Count + 2);
            var request = id <= requests.Count ? requests[id - 1] : default;
            var pending = id <= requests.Count && request.End == 0;
            bool expected, succeeded;
            switch (random.Next(8))
            {
                case 0:
                    var subject = World.Hash($"subject {random.Next(4)}");
                    expected = by != World.Stranger && !requests.Exists(r => r.Subject == subject && r.End == 0);
                    succeeded = await Approvals.TryAsync(by, "request", World.Failover, subject, "text", await world.NowAsync() + 86_400);
                    if (expected)
                        requests.Add((subject, by, [], 0));
                    break;
                case 1 when random.Next(3) == 0:
                    expected = pending && request.By == by;
                    succeeded = await Approvals.TryAsync(by, "withdraw", id);
                    if (expected)
                        requests[id - 1] = request with { End = Withdrawn };
                    break;
                case 2 or 3:
                    expected = pending && by == World.Operator && request.Approvers.Count >= 3;
                    succeeded = await Approvals.TryAsync(by, "execute", id);
                    if (expected)
                        (requests[id - 1], executed) = (request with { End = Executed }, executed + 1);
                    break;
                default:
                    expected = pending && isMember && !request.Approvers.Contains(by);
                    succeeded = await Approvals.TryAsync(by, "approve", id);
                    if (expected)
                        request.Approvers.Add(by);
                    break;
            }

            succeeded.ShouldBe(expected, $"seed {seed}, step {step}, request {id}, by {by}");
        }

        executed.ShouldBeGreaterThan(1, "too few requests are carried out");
        for (var id = 1; id <= requests.Count; id++)
            (await StateAsync(id)).ShouldBe(requests[id - 1] switch { { End: not 0 and var end } => end, { Approvers.Count: >= 3 } => Approved, _ => Open }, $"seed {seed}, request {id}");
    }

    private async Task<long> RequestAsync()
    {
        var receipt = await Approvals.DoAsync(World.Operator, "request", World.Failover, What, "lagos-core may leave lagos", await world.NowAsync() + 3600);
        return (long)(BigInteger)Approvals.EventOf(receipt, "Requested")[0];
    }

    private async Task ApproveAsync(long id, params int[] members)
    {
        foreach (var member in members)
            await Approvals.DoAsync(World.Member(member), "approve", id);
    }

    private Task<long> StateAsync(long id) => Approvals.NumberAsync("stateOf", id);
}
