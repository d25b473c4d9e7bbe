namespace Banyan.Cli.Tests.Chain;

/// <summary>What <c>banyan chain</c> can't do, on a chain with one proposal.</summary>
public sealed class ChainRefusalTests(ProposedPlatform proposed) : IClassFixture<ProposedPlatform>
{
    [Theory]
    [InlineData("there is no proposal 7: banyan chain proposals --all", "approve", "7", "--as", "accra")]
    [InlineData("the organisation accra (0x…) has approved 1 already", "approve", "1", "--as", "accra")]
    [InlineData("this folder has no key of an organisation 'atlantis': it has accra, kumasi, tema (--data names another folder)", "approve", "1", "--as", "atlantis")]
    [InlineData("this folder has no key of an organisation '../tema': it has accra, kumasi, tema (--data names another folder)", "approve", "1", "--as", "../tema")]
    [InlineData("the organisation tema (0x…) did not propose it: only who did takes it back", "withdraw", "1", "--as", "tema")]
    [InlineData("the organisation tema (0x…) has not approved 1", "approve", "1", "--as", "tema", "--take-back")]
    [InlineData("there is no role 'king': there are guardian, registrar, operator", "propose", "grant", "king", "accra", "--as", "accra")]
    [InlineData("no organisation 'atlantis' takes part: there are accra, kumasi, tema; an account is 0x…, keeper:REGION or organisation:REGION", "propose", "remove-organisation", "atlantis", "--as", "accra")]
    [InlineData("'0x12' is no account: it is 0x and 40 hex digits, with the checksum of EIP-55 where cases are mixed", "propose", "add-organisation", "oslo", "0x12", "--as", "accra")]
    [InlineData("'Oslo!' is no name of an organisation: it has 1 to 63 lower-case letters, digits and hyphens", "propose", "add-organisation", "Oslo!", "keeper:accra", "--as", "accra")]
    [InlineData("platform kai has no partition 'oslo': it has accra, tema, kumasi", "propose", "add-writer", "oslo", "keeper:accra", "--as", "accra")]
    [InlineData("there is no contract 'bank': there are organisations, anchors, identities, approvals", "deploy", "bank", "--as", "accra")]
    [InlineData("there is no next key of keeper-accra: banyan chain key next keeper-accra makes one, or say the account", "propose", "replace-keeper", "accra", "--as", "accra")]
    [InlineData("--for takes 30d at most, not '31d'", "propose", "resume", "--as", "accra", "--for", "31d")]
    [InlineData("--timeout takes a duration such as 5m, not 'soon'", "propose", "resume", "--as", "accra", "--timeout", "soon")]
    [InlineData("pause stops anchoring, identities and approvals until several organisations resume: say --yes; see `banyan chain pause --help`", "pause", "why", "--as", "accra")]
    [InlineData("there is no key 'deployer': there are keeper-REGION and organisation-REGION", "key", "next", "deployer")]
    [InlineData("there is no next key of keeper-tema: banyan chain key next keeper-tema makes one", "key", "replace", "keeper-tema", "--yes")]
    public async Task Chain_WhatCannotBeDone_IsOneLineAndExit2(string complaint, params string[] arguments)
    {
        (await proposed.World.RefusedAsync(["chain", .. arguments])).ShouldStartWith(complaint);
    }
}

/// <summary>A chain where <c>accra</c> has proposed one thing; no test changes it.</summary>
public sealed class ProposedPlatform : IAsyncLifetime
{
    internal ChainPlatform World { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        World = await ChainPlatform.StartAsync();
        await World.RunAsync("chain", "propose", "resume", "--as", "accra");
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
