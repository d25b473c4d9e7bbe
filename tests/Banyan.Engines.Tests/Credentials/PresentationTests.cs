using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Banyan.Engines.Credentials.Checking;

namespace Banyan.Engines.Tests.Credentials;

public class PresentationTests
{
    private const string Nonce = "n-0S6_WzA2Mj";
    private readonly CredentialScene _scene = new();

    [Fact]
    public async Task Check_OfTheHolderForThisQuestion_Holds()
    {
        var report = await _scene.CheckPresentationAsync(_scene.Presentation(Nonce, CredentialScene.Verifier), Nonce);
        report.Problems.ShouldBeEmpty();
        report.Credentials.ShouldHaveSingleItem().Holder.ShouldBe(_scene.Holder);
    }

    [Fact]
    public async Task Check_Replayed_IsForAnotherQuestion() => await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier), CredentialFault.Nonce, nonce: "another");

    [Fact]
    public async Task Check_PassedOnToAnotherVerifier_IsForSomebodyElse() => await RefusedAsync(_scene.Presentation(Nonce, "https://other.example"), CredentialFault.Audience);

    [Fact]
    public async Task Check_ByAnotherHolder_IsNotTheirs()
    {
        using var thief = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, wallet: thief), CredentialFault.HolderOther);
        // Naming the holder does not help without its key.
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, wallet: thief, change: p => p["holder"] = _scene.Holder), CredentialFault.KeyForeign);
    }

    [Fact]
    public async Task Check_ACredentialThatIsBoundToNobody_ProvesNothing() =>
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, [_scene.Credential(static p => ((JsonObject)p["credentialSubject"]!).Remove("id"))]), CredentialFault.NotBound);

    [Fact]
    public async Task Check_Old_IsExpired() => await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier), CredentialFault.Expired, at: CredentialScene.Now + TimeSpan.FromMinutes(13));

    [Fact]
    public async Task Check_WithoutATime_IsMalformed() => await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, change: static p => p.Remove("iat")), CredentialFault.Malformed);

    [Fact]
    public async Task Check_OneOfTwoRevoked_NamesIt()
    {
        _scene.Lists[CredentialScene.NorthList] = CredentialScene.ListOf(CredentialScene.North, _scene.NorthKey, CredentialScene.NorthList, [7]);
        var report = await _scene.CheckPresentationAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, [_scene.Credential(), _scene.Credential(static p => p["credentialStatus"]!["statusListIndex"] = "7")]), Nonce);
        report.Problems.ShouldHaveSingleItem().ShouldBe(new CredentialProblem(CredentialFault.Revoked, "credential 2 was revoked by its issuer"));
    }

    [Fact]
    public async Task Check_WhatIsNone_IsRefused()
    {
        await RefusedAsync(_scene.Credential(), CredentialFault.Type);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, type: "vc+jwt"), CredentialFault.Type);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, []), CredentialFault.Malformed);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, [.. Enumerable.Repeat(_scene.Credential(), CredentialChecker.MostCredentials + 1)]), CredentialFault.Malformed);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, change: static p => p["type"] = "VerifiableCredential"), CredentialFault.Malformed);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, change: static p => p["holder"] = "did:web:evil.example"), CredentialFault.IssuerUntrusted);
        await RefusedAsync(_scene.Presentation(Nonce, CredentialScene.Verifier, change: static p => p["verifiableCredential"] = new JsonArray(new JsonObject { ["type"] = "VerifiableCredential" })), CredentialFault.Malformed);
    }

    private async Task RefusedAsync(string text, string fault, string nonce = Nonce, DateTimeOffset? at = null)
    {
        var report = await _scene.CheckPresentationAsync(text, nonce, at);
        report.Problems.Select(static p => p.Code).ShouldBe([fault], string.Join('\n', report.Problems));
    }
}
