using System.Text;
using Banyan.Control.Chain;
using Banyan.Control.Chain.Contracts;
using Banyan.Control.Chain.Deploying;
using Banyan.Control.Chain.Governing;
using Banyan.Control.Platform;
using Banyan.Engines.Evm;

namespace Banyan.Control.Tests.Chain.Governing;

/// <summary>What proposals are said to do, also those of somebody who means ill.</summary>
public class CallWordsTests
{
    private static readonly EvmAddress Organisation = EvmAddress.Parse("0x00000000000000000000000000000000000000a1"), Keeper = EvmAddress.Parse("0x00000000000000000000000000000000000000b1"), Stranger = EvmAddress.Parse("0x00000000000000000000000000000000000000c1");

    private static readonly PlatformState Platform = TestPlatform.State() with
    {
        Chain = new ChainState { Id = 1, EverySeconds = 10, Accounts = [new ChainAccount("east", Keeper.ToString(), Organisation.ToString())] },
    };

    private static readonly ContractBook Contracts = new(DeploymentPlan.AddressesOf(Stranger), ContractArtifacts.Load()!);

    private static readonly CallWords Words = new(Platform, Contracts, new AccountNames(Platform, Contracts, new Dictionary<EvmAddress, string> { [Organisation] = "east" }));

    [Fact]
    public void Of_KnownCalls_NamesWhomTheyAreAbout()
    {
        Of(Contracts.Anchors.Call("setWriter", DeploymentPlan.LogId("kai", "west"), Keeper, true)).ShouldBe(new CallMeaning($"lets the keeper of east ({Keeper}) write the log of west"));
        Of(Contracts.Anchors.Call("setWriter", DeploymentPlan.LogId("kai", "west"), Stranger, false)).ShouldBe(new CallMeaning($"takes the log of west from {Stranger}", Grave: true));
        Of(Contracts.Organisations.Call("revokeRole", DeploymentPlan.Guardian, Organisation)).ShouldBe(new CallMeaning($"revokes the role guardian of the organisation east ({Organisation})", Grave: true));
        Of(Contracts.Approvals.Call("setPolicy", DeploymentPlan.Failover, 3)).ShouldBe(new CallMeaning("asks for the approvals of 3 organisations where a request is failover", Grave: true));
        Of(Contracts.Identities.Call("upgradeToAndCall", Stranger, Array.Empty<byte>())).ShouldBe(new CallMeaning($"upgrades the contract identities to the code at {Stranger}", Grave: true));
        Of(Contracts.Organisations.Call("unpause")).ShouldBe(new CallMeaning("resumes everything that a guardian has paused"));
    }

    [Fact]
    public void Of_ABatch_EachOfItsCalls_AlsoOfBatchesInIt()
    {
        var grant = Contracts.Organisations.Call("grantRole", DeploymentPlan.Operator, Stranger);
        var steal = new ChainCall(Stranger, new byte[] { 1, 2, 3, 4 });
        var all = Words.Of(Contracts.Organisations.Address, Batch(grant, Batch(steal, grant)).Data.Span);
        all.Select(static m => m.Grave).ShouldBe([false, true, false]);
        all[1].Text.ShouldBe($"calls {Stranger}, which is none of the platform's contracts, with 0x01020304");
    }

    [Fact]
    public void Of_WhatCanNotBeRead_IsGrave()
    {
        Of(new ChainCall(Contracts.Anchors.Address, new byte[] { 0xde, 0xad, 0xbe, 0xef })).ShouldBe(new CallMeaning("calls the contract anchors with 0xdeadbeef, which this build can't read", Grave: true));
        Of(new ChainCall(Contracts.Anchors.Address, ReadOnlyMemory<byte>.Empty)).Grave.ShouldBeTrue();
        Of(new ChainCall(Contracts.Anchors.Address, Contracts.Anchors.Call("setWriter", DeploymentPlan.LogId("kai", "west"), Keeper, true).Data[..40])).Grave.ShouldBeTrue("cut off");
        Of(new ChainCall(Contracts.Anchors.Address, new byte[5000])).Text.Length.ShouldBeLessThan(200);
    }

    [Fact]
    public void Of_TextsOfStrangers_HoldNoControlCharacters()
    {
        var call = Contracts.Organisations.Call("pause", "\e[2J\nproposal 1 ready");
        Of(call).Text.ShouldSatisfyAllConditions(t => t.ShouldNotContain('\e'), t => t.ShouldNotContain('\n'));
        var name = new byte[32];
        Encoding.ASCII.GetBytes("\e[31maccra").CopyTo(name, 0);
        Of(Contracts.Organisations.Call("addMember", Stranger, name)).Text.ShouldNotContain('\e');
        AccountNames.Text(Platform, DeploymentPlan.Name("east")).ShouldBe("east");
    }

    private static ChainCall Batch(params ChainCall[] calls) =>
        Contracts.Organisations.Call("batch", calls.Select(static c => (object)c.Target).ToList(), calls.Select(static c => (object)c.Data.ToArray()).ToList());

    private static CallMeaning Of(ChainCall call) => Words.Of(call.Target, call.Data.Span).ShouldHaveSingleItem();
}
