using System.Buffers.Text;
using System.Text.Json.Nodes;
using Banyan.Cells;
using Banyan.Services.Identity.Passkeys;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>Test vectors of Web Authentication Level 3, section 16: RP ID example.org, origin https://example.org.</summary>
public class PasskeyVectorTests
{
    /// <summary>Section 16.2, ES256 credential with no attestation; nobody was verified.</summary>
    private static readonly Vector NoAttestation = new(
        "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4",
        "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d",
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
        "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87");

    /// <summary>Section 16.4, the same with <c>"crossOrigin": true</c> in its client data; the person was verified.</summary>
    private static readonly Vector CrossOrigin = new(
        "6e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57",
        "3be5aacd03537142472340ab5969f240f1d87716e20b6807ac230655fa4b3b49",
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a224f2d57717a514e5463554a484930437257576e7951504859647862694332674872434d475666704c4f306b222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a207a5a7175457444523944577170573574425754467567227d",
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54500000000883f4f6014f19c09d87aa38123be48d000206e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57a501020326200121582022200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d225820cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
        "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226832716c463771445f65356c5f505f62796b7945377135645650674547685f49584a6b655737736e4d5463222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a2039327063545644304162792d713464746d6a36656667227d",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
        "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf");

    [Fact]
    public async Task Section16_2_WhereNobodyMustBeVerified_IsTaken_AndOtherwiseRefused()
    {
        var lenient = Verifier("preferred");
        var made = await MakeAsync(lenient, NoAttestation);
        made.ShouldNotBeNull();
        made.CredentialId.ShouldBe(NoAttestation.Credential);
        (made.SignCount, made.IsUserVerified, made.IsBackupEligible, made.IsBackedUp).ShouldBe((0u, false, true, true));
        (await UseAsync(lenient, NoAttestation, made)).ShouldNotBeNull();

        var other = NoAttestation.Signature.ToArray();
        other[^1] ^= 1;
        (await UseAsync(lenient, NoAttestation with { Signature = other }, made)).ShouldBeNull();
        (await UseAsync(lenient, NoAttestation with { UseChallenge = NoAttestation.MakeChallenge }, made)).ShouldBeNull();
        (await MakeAsync(lenient, NoAttestation with { MakeChallenge = NoAttestation.UseChallenge })).ShouldBeNull();

        var strict = Verifier("required");
        (await MakeAsync(strict, NoAttestation)).ShouldBeNull();
        (await UseAsync(strict, NoAttestation, made)).ShouldBeNull();
    }

    [Fact]
    public async Task Section16_4_InsideAnotherSitesPage_IsRefused()
    {
        (await MakeAsync(Verifier("required"), CrossOrigin)).ShouldBeNull();

        // Its signature is right: with the key that it was made with, the origin alone is what is wrong.
        var attestation = Convert.ToHexStringLower(CrossOrigin.Attestation);
        var key = Convert.FromHexString(attestation[attestation.IndexOf("a5010203262001215820", StringComparison.Ordinal)..]);
        var passkey = new UserPasskeyInfo(CrossOrigin.Credential, key, DateTimeOffset.UnixEpoch, 0, [], isUserVerified: true, isBackupEligible: false, isBackedUp: false, [], []);
        (await UseAsync(Verifier("required"), CrossOrigin, passkey)).ShouldBeNull();
    }

    private static PasskeyVerifier Verifier(string verification) => new(
        new RelyingParty(
            new IdentitySettings { Issuer = "https://example.org", Audience = "a", Entry = new Uri("https://example.org") },
            new CellContext { Platform = "kai", Region = "east", Partition = "east", PublicAddress = new Uri("https://example.org"), Settings = new Dictionary<string, string>() }),
        NullLogger<PasskeyVerifier>.Instance) { Verification = verification };

    private static async Task<UserPasskeyInfo?> MakeAsync(PasskeyVerifier verifier, Vector vector)
    {
        var owner = new PasskeyOwner("east.somebody", []);
        var context = new DefaultHttpContext();
        var asked = await verifier.AskToMakeAsync(context, owner, "somebody", "Somebody");
        return await verifier.MadeAsync(context, owner, With(asked, vector.MakeChallenge), Json(vector.Credential, ("clientDataJSON", vector.MakeClientData), ("attestationObject", vector.Attestation)));
    }

    private static async Task<UserPasskeyInfo?> UseAsync(PasskeyVerifier verifier, Vector vector, UserPasskeyInfo passkey)
    {
        var owner = new PasskeyOwner("east.somebody", [passkey]);
        var context = new DefaultHttpContext();
        var asked = await verifier.AskToUseAsync(context, owner);
        return await verifier.UsedAsync(
            context, owner, With(asked, vector.UseChallenge), Json(vector.Credential, ("clientDataJSON", vector.UseClientData), ("authenticatorData", vector.Data), ("signature", vector.Signature)));
    }

    /// <summary>The state of a ceremony whose challenge was the vector's.</summary>
    private static string With(PasskeyVerifier.Asked asked, byte[] challenge)
    {
        var own = JsonNode.Parse(asked.Options)!["challenge"]!.GetValue<string>();
        var bytes = Base64Url.DecodeFromChars(own);
        var text = asked.State.Contains(own, StringComparison.Ordinal) ? own : Convert.ToBase64String(bytes);
        asked.State.ShouldContain(text);
        return asked.State.Replace(text, text == own ? Base64Url.EncodeToString(challenge) : Convert.ToBase64String(challenge), StringComparison.Ordinal);
    }

    private static string Json(byte[] credential, params (string Name, byte[] Value)[] response)
    {
        var said = new JsonObject();
        foreach (var (name, value) in response)
            said[name] = Base64Url.EncodeToString(value);
        return new JsonObject { ["id"] = Base64Url.EncodeToString(credential), ["rawId"] = Base64Url.EncodeToString(credential), ["type"] = "public-key", ["clientExtensionResults"] = new JsonObject(), ["response"] = said }.ToJsonString();
    }

    private sealed record Vector(byte[] Credential, byte[] MakeChallenge, byte[] MakeClientData, byte[] Attestation, byte[] UseChallenge, byte[] UseClientData, byte[] Data, byte[] Signature)
    {
        public Vector(string credential, string makeChallenge, string makeClientData, string attestation, string useChallenge, string useClientData, string data, string signature)
            : this(
                Convert.FromHexString(credential), Convert.FromHexString(makeChallenge), Convert.FromHexString(makeClientData), Convert.FromHexString(attestation), Convert.FromHexString(useChallenge),
                Convert.FromHexString(useClientData), Convert.FromHexString(data), Convert.FromHexString(signature))
        {
        }
    }
}
