using System.Security.Cryptography;
using System.Text.Json;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Services.Identity.Tests.Credentials;

/// <summary>A person's own key, and what its program does with it.</summary>
internal sealed class Wallet
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Did => DidKey.Of(PublicJwk.Of(_key));

    public string KeyId => $"{Did}#{Did["did:key:".Length..]}";

    /// <summary>The proof of having the key, over a nonce of the platform's.</summary>
    public string Prove(string nonce, string audience, string type = "openid4vci-proof+jwt", string? keyId = null) => Sign(type, keyId, json =>
    {
        json.WriteString("aud"u8, audience);
        json.WriteString("nonce"u8, nonce);
        json.WriteNumber("iat"u8, IdentityCell.Start.ToUnixTimeSeconds());
    });

    /// <summary>Presents credentials to a verifier that asks.</summary>
    public string Present(string nonce, string audience, DateTimeOffset at, params string[] credentials) => Sign("vp+jwt", null, json =>
    {
        json.WriteStartArray("@context"u8);
        json.WriteStringValue("https://www.w3.org/ns/credentials/v2"u8);
        json.WriteEndArray();
        json.WriteString("type"u8, "VerifiablePresentation"u8);
        json.WriteString("holder"u8, Did);
        json.WriteString("nonce"u8, nonce);
        json.WriteString("aud"u8, audience);
        json.WriteNumber("iat"u8, at.ToUnixTimeSeconds());
        json.WriteStartArray("verifiableCredential"u8);
        foreach (var credential in credentials)
        {
            json.WriteStartObject();
            json.WriteString("@context"u8, "https://www.w3.org/ns/credentials/v2"u8);
            json.WriteString("type"u8, "EnvelopedVerifiableCredential"u8);
            json.WriteString("id"u8, "data:application/vc+jwt," + credential);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private string Sign(string type, string? keyId, Action<Utf8JsonWriter> payload) => JwsText.Write(JwsText.Es256, type, keyId ?? KeyId, payload, d => _key.SignData(d, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
}
