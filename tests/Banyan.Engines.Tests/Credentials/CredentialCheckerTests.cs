using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Signing;

namespace Banyan.Engines.Tests.Credentials;

/// <summary>What a credential that holds says, and each way in which somebody may try with one that does not.</summary>
public class CredentialCheckerTests
{
    private readonly CredentialScene _scene = new();

    [Fact]
    public async Task Check_AGoodOne_SaysWhatItSays()
    {
        var report = await _scene.CheckAsync(_scene.Credential());

        report.Problems.ShouldBeEmpty();
        var facts = report.Credentials.ShouldHaveSingleItem();
        facts.Issuer.ShouldBe(CredentialScene.North);
        facts.Holder.ShouldBe(_scene.Holder);
        facts.Subject.GetProperty("verificationLevel").GetInt32().ShouldBe(2);
        facts.ValidUntil.ShouldBe(new DateTimeOffset(2026, 5, 1, 9, 0, 0, TimeSpan.Zero));
        facts.HasStatus.ShouldBeTrue();
        _scene.Asked.ShouldBe(["https://kai.example/organisations/north/did.json", CredentialScene.NorthList]);
    }

    [Fact]
    public async Task Check_SignedWithEd25519_Holds()
    {
        using var key = SigningKey.Generate();
        var jwk = PublicJwk.Of(key.PublicKey.Span);
        var id = $"{CredentialScene.North}#{jwk.Thumbprint()}";
        _scene.Documents[CredentialScene.North] = new DidDocument { Id = CredentialScene.North, Assertion = [new(id, jwk), new(CredentialScene.KeyId(CredentialScene.North, _scene.NorthKey), PublicJwk.Of(_scene.NorthKey))] }.ToBytes();
        var payload = _scene.Payload();
        foreach (var name in new[] { "EdDSA", "Ed25519" })
        {
            var text = JwsText.Write(name, "vc+jwt", id, json => { foreach (var (n, v) in payload) { json.WritePropertyName(n); v!.WriteTo(json); } }, data => key.Sign(data));
            (await _scene.CheckAsync(text)).Problems.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    public async Task Check_AlgorithmOfTheAttackersChoice_IsRefused(string algorithm)
    {
        // The second: an HMAC under the public key, which everybody has (key confusion).
        var text = JwsText.Write(algorithm, "vc+jwt", CredentialScene.KeyId(CredentialScene.North, _scene.NorthKey), json => json.WriteString("issuer"u8, CredentialScene.North), data => algorithm == "none" ? [] : HMACSHA256.HashData(_scene.NorthKey.ExportSubjectPublicKeyInfo(), data));
        await RefusedAsync(text, CredentialFault.Algorithm);
    }

    [Fact]
    public async Task Check_AnotherAlgorithmThanItsKeys_IsRefused() =>
        await RefusedAsync(CredentialScene.Sign(_scene.Payload(), _scene.NorthKey, CredentialScene.KeyId(CredentialScene.North, _scene.NorthKey), "vc+jwt", "EdDSA"), CredentialFault.Algorithm);

    [Fact]
    public async Task Check_KidOfAnotherIssuer_IsRefused()
    {
        // The south signs with its own key what it says the north said.
        await RefusedAsync(_scene.Credential(key: _scene.SouthKey, keyId: CredentialScene.KeyId(CredentialScene.South, _scene.SouthKey)), CredentialFault.KeyForeign);
        await RefusedAsync(_scene.Credential(key: _scene.SouthKey, keyId: CredentialScene.KeyId(CredentialScene.North, _scene.SouthKey)), CredentialFault.KeyUnknown);
        await RefusedAsync(_scene.Credential(key: _scene.SouthKey, keyId: CredentialScene.KeyId(CredentialScene.North, _scene.NorthKey)), CredentialFault.Signature);
        await RefusedAsync(_scene.Credential(keyId: "#" + PublicJwk.Of(_scene.NorthKey).Thumbprint()), CredentialFault.KeyForeign);
    }

    [Fact]
    public async Task Check_AnIssuerWhomNobodyBelieves_IsNotEvenAskedFor()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var did = DidKey.Of(PublicJwk.Of(own));
        foreach (var issuer in new[] { did, "did:web:evil.example", "https://kai.example/", "did:web:kai.example:organisations:north:x" })
            await RefusedAsync(CredentialScene.Sign(Changed(p => p["issuer"] = issuer), own, $"{issuer}#{did["did:key:".Length..]}", "vc+jwt"), CredentialFault.IssuerUntrusted);
        _scene.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_AnIssuersDocumentWithAnotherId_IsRefused()
    {
        _scene.Documents[CredentialScene.North] = CredentialScene.Document(CredentialScene.South, _scene.NorthKey);
        await RefusedAsync(_scene.Credential(), CredentialFault.DocumentWrong);
        _scene.Documents.Remove(CredentialScene.North);
        await RefusedAsync(_scene.Credential(), CredentialFault.DocumentAway);
    }

    [Fact]
    public async Task Check_AKeyThatWasRotated_HoldsUntilItIsWithdrawn()
    {
        var before = _scene.Credential();
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _scene.Documents[CredentialScene.North] = CredentialScene.Document(CredentialScene.North, _scene.NorthKey, next);
        (await _scene.CheckAsync(before)).Problems.ShouldBeEmpty();
        (await _scene.CheckAsync(_scene.Credential(key: next))).Problems.ShouldBeEmpty();

        _scene.Documents[CredentialScene.North] = CredentialScene.Document(CredentialScene.North, next);
        await RefusedAsync(before, CredentialFault.KeyUnknown);
    }

    [Theory]
    [InlineData("2026-01-31T00:00:00Z", CredentialFault.NotYetValid)]
    [InlineData("2026-05-01T09:02:00Z", CredentialFault.Expired)]
    [InlineData("2026-05-01T09:01:59Z", null)] // within what two clocks may differ
    [InlineData("2026-02-01T08:58:01Z", null)]
    public async Task Check_BeforeAndAfterItsTime_SaysSo(string at, string? fault)
    {
        _scene.Lists[CredentialScene.NorthList] = CredentialScene.ListOf(CredentialScene.North, _scene.NorthKey, CredentialScene.NorthList, [], static p => { p.Remove("validFrom"); p.Remove("validUntil"); });
        var report = await _scene.CheckAsync(_scene.Credential(), DateTimeOffset.Parse(at));
        report.Problems.Select(static p => p.Code).ShouldBe(fault is null ? [] : [fault]);
    }

    [Fact]
    public async Task Check_ExpiredAsAJwt_IsExpired() => await RefusedAsync(_scene.Credential(p => p["exp"] = CredentialScene.Now.ToUnixTimeSeconds() - 1000), CredentialFault.Expired, signed: true);

    [Fact]
    public async Task Check_Revoked_SaysSoAndNothingElse()
    {
        _scene.Lists[CredentialScene.NorthList] = CredentialScene.ListOf(CredentialScene.North, _scene.NorthKey, CredentialScene.NorthList, [94_567]);
        await RefusedAsync(_scene.Credential(), CredentialFault.Revoked, signed: true);
    }

    [Fact]
    public async Task Check_StatusListOfAnotherIssuer_IsRefused()
    {
        // The south offers a list that says nothing is revoked: at its own place, at the north's, and in the north's name.
        await RefusedAsync(_scene.Credential(p => p["credentialStatus"]!["statusListCredential"] = CredentialScene.SouthList), CredentialFault.StatusWrong, signed: true);
        _scene.Lists[CredentialScene.NorthList] = _scene.Lists[CredentialScene.SouthList];
        await RefusedAsync(_scene.Credential(), CredentialFault.StatusWrong, signed: true);
        _scene.Lists[CredentialScene.NorthList] = CredentialScene.ListOf(CredentialScene.North, _scene.SouthKey, CredentialScene.NorthList, []);
        await RefusedAsync(_scene.Credential(), CredentialFault.KeyUnknown, signed: true);
    }

    [Fact]
    public async Task Check_AStatusListThatIsNone_IsRefused()
    {
        async Task ListIsAsync(Action<JsonObject> change, string fault)
        {
            _scene.Lists[CredentialScene.NorthList] = CredentialScene.ListOf(CredentialScene.North, _scene.NorthKey, CredentialScene.NorthList, [], change);
            await RefusedAsync(_scene.Credential(), fault, signed: true);
        }

        await ListIsAsync(static p => p["credentialSubject"]!["encodedList"] = "uAAAA", CredentialFault.StatusWrong);
        await ListIsAsync(static p => p["credentialSubject"]!["statusPurpose"] = "suspension", CredentialFault.StatusWrong);
        await ListIsAsync(static p => p["id"] = "https://kai.example/organisations/north/status/2", CredentialFault.StatusWrong);
        await ListIsAsync(static p => p["type"] = "VerifiableCredential", CredentialFault.StatusWrong);
        await ListIsAsync(static p => p["validUntil"] = "2026-03-01T08:50:00Z", CredentialFault.Expired); // an old list, kept by somebody whom a newer one hurts
        _scene.Lists[CredentialScene.NorthList] = _scene.Credential();
        await RefusedAsync(_scene.Credential(), CredentialFault.StatusWrong, signed: true);
        _scene.Lists[CredentialScene.NorthList] = new string('A', CredentialChecker.LongestStatusList + 1);
        await RefusedAsync(_scene.Credential(), CredentialFault.Malformed, signed: true);
        _scene.Lists.Remove(CredentialScene.NorthList);
        await RefusedAsync(_scene.Credential(), CredentialFault.StatusAway, signed: true);
    }

    [Theory]
    [InlineData("type", "StatusList2021Entry")]
    [InlineData("statusPurpose", "message")]
    [InlineData("statusListIndex", "-1")]
    [InlineData("statusListIndex", "131072")]
    [InlineData("statusListIndex", "99999999999999")]
    [InlineData("statusListCredential", "http://kai.example/organisations/north/status/1")]
    [InlineData("statusListCredential", "file:///etc/passwd")]
    public async Task Check_AStatusThatIsNotUnderstood_IsRefused(string name, string value) => await RefusedAsync(_scene.Credential(p => p["credentialStatus"]![name] = value), CredentialFault.StatusWrong, signed: true);

    [Fact]
    public async Task Check_WhatIsNoCredential_IsRefused()
    {
        await RefusedAsync("", CredentialFault.Malformed);
        await RefusedAsync(new string('A', CredentialChecker.LongestCredential + 1), CredentialFault.Malformed);
        await RefusedAsync(_scene.Credential(static p => p["@context"] = new JsonArray("https://www.w3.org/2018/credentials/v1")), CredentialFault.Malformed);
        await RefusedAsync(_scene.Credential(static p => p["type"] = "VerifiablePresentation"), CredentialFault.Malformed);
        await RefusedAsync(_scene.Credential(static p => p.Remove("credentialSubject")), CredentialFault.Malformed);
        await RefusedAsync(_scene.Credential(static p => p["issuer"] = 5), CredentialFault.Malformed);
        await RefusedAsync(_scene.Credential(static p => p["validUntil"] = "for ever"), CredentialFault.Malformed, signed: true);
        await RefusedAsync(_scene.Credential(static p => p["validUntil"] = "2026-05-01T09:00:00"), CredentialFault.Malformed, signed: true); // of which zone?
        await RefusedAsync(_scene.Credential(static p => p["iss"] = CredentialScene.South), CredentialFault.Malformed);
        await RefusedAsync(_scene.Credential(type: "at+jwt"), CredentialFault.Type); // an access token is none
        await RefusedAsync(_scene.Credential(type: "vp+jwt"), CredentialFault.Type);
    }

    private JsonObject Changed(Action<JsonObject> change)
    {
        var payload = _scene.Payload();
        change(payload);
        return payload;
    }

    private async Task RefusedAsync(string text, string fault, bool signed = false)
    {
        var report = await _scene.CheckAsync(text);
        report.Holds.ShouldBeFalse();
        report.Problems.Select(static p => p.Code).ShouldBe([fault], string.Join('\n', report.Problems));
        report.Credentials.Count.ShouldBe(signed ? 1 : 0); // what is not signed says nothing
    }
}
