using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Credentials.Status;

namespace Banyan.Engines.Tests.Credentials;

/// <summary>Two organisations with documents, keys and status lists, a holder with a wallet, and a network that can be made to lie.</summary>
internal sealed class CredentialScene : ICredentialSources
{
    public const string North = "did:web:kai.example:organisations:north";
    public const string South = "did:web:kai.example:organisations:south";
    public const string NorthList = "https://kai.example/organisations/north/status/1";
    public const string SouthList = "https://kai.example/organisations/south/status/1";
    public const string Verifier = "https://bank.example";
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public CredentialScene()
    {
        Documents[North] = Document(North, NorthKey);
        Documents[South] = Document(South, SouthKey);
        Lists[NorthList] = ListOf(North, NorthKey, NorthList, []);
        Lists[SouthList] = ListOf(South, SouthKey, SouthList, []);
    }

    public ECDsa NorthKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ECDsa SouthKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ECDsa Wallet { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Holder => DidKey.Of(PublicJwk.Of(Wallet));

    public Dictionary<string, byte[]> Documents { get; } = [];

    public Dictionary<string, string> Lists { get; } = [];

    /// <summary>What was asked for.</summary>
    public List<string> Asked { get; } = [];

    public static string KeyId(string did, ECDsa key) => $"{did}#{PublicJwk.Of(key).Thumbprint()}";

    public static byte[] Document(string did, params ECDsa[] keys) => new DidDocument { Id = did, Assertion = [.. keys.Select(k => new VerificationMethod(KeyId(did, k), PublicJwk.Of(k)))] }.ToBytes();

    /// <summary>A credential of the north that is good.</summary>
    public JsonObject Payload() => new()
    {
        ["@context"] = new JsonArray("https://www.w3.org/ns/credentials/v2"),
        ["id"] = "urn:uuid:0192f3a4-5b6c-7d8e-9f00-112233445566",
        ["type"] = new JsonArray("VerifiableCredential", "VerificationLevelCredential"),
        ["issuer"] = North,
        ["validFrom"] = "2026-02-01T09:00:00Z",
        ["validUntil"] = "2026-05-01T09:00:00Z",
        ["credentialSubject"] = new JsonObject { ["id"] = Holder, ["verificationLevel"] = 2 },
        ["credentialStatus"] = new JsonObject { ["type"] = "BitstringStatusListEntry", ["statusPurpose"] = "revocation", ["statusListIndex"] = "94567", ["statusListCredential"] = NorthList },
    };

    public string Credential(Action<JsonObject>? change = null, ECDsa? key = null, string? keyId = null, string type = "vc+jwt")
    {
        var payload = Payload();
        change?.Invoke(payload);
        return Sign(payload, key ?? NorthKey, keyId ?? KeyId(North, key ?? NorthKey), type);
    }

    public string Presentation(string nonce, string audience, string[]? credentials = null, Action<JsonObject>? change = null, ECDsa? wallet = null, string type = "vp+jwt")
    {
        var did = DidKey.Of(PublicJwk.Of(wallet ?? Wallet));
        var payload = new JsonObject
        {
            ["@context"] = new JsonArray("https://www.w3.org/ns/credentials/v2"),
            ["type"] = "VerifiablePresentation",
            ["holder"] = did,
            ["nonce"] = nonce,
            ["aud"] = audience,
            ["iat"] = Now.ToUnixTimeSeconds(),
            ["verifiableCredential"] = new JsonArray([.. (credentials ?? [Credential()]).Select(static c => (JsonNode)new JsonObject { ["@context"] = "https://www.w3.org/ns/credentials/v2", ["type"] = "EnvelopedVerifiableCredential", ["id"] = "data:application/vc+jwt," + c })]),
        };
        change?.Invoke(payload);
        return Sign(payload, wallet ?? Wallet, $"{did}#{did["did:key:".Length..]}", type);
    }

    public static string ListOf(string issuer, ECDsa key, string url, int[] revoked, Action<JsonObject>? change = null)
    {
        var payload = new JsonObject
        {
            ["@context"] = new JsonArray("https://www.w3.org/ns/credentials/v2"),
            ["id"] = url,
            ["type"] = new JsonArray("VerifiableCredential", "BitstringStatusListCredential"),
            ["issuer"] = issuer,
            ["validFrom"] = "2026-03-01T08:00:00Z",
            ["validUntil"] = "2026-03-02T08:00:00Z",
            ["credentialSubject"] = new JsonObject { ["id"] = url + "#list", ["type"] = "BitstringStatusList", ["statusPurpose"] = "revocation", ["encodedList"] = StatusList.Of(revoked).Encode() },
        };
        change?.Invoke(payload);
        return Sign(payload, key, KeyId(issuer, key), "vc+jwt");
    }

    public static string Sign(JsonObject payload, ECDsa key, string keyId, string type, string algorithm = "ES256") => JwsText.Write(
        algorithm, type, keyId, json =>
        {
            foreach (var (name, value) in payload)
            {
                json.WritePropertyName(name);
                if (value is null)
                    json.WriteNullValue();
                else
                    value.WriteTo(json);
            }
        },
        data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    public async Task<CredentialReport> CheckAsync(string text, DateTimeOffset? at = null) => await new CredentialChecker(this).CheckAsync(text, Rules(at), CancellationToken.None);

    public async Task<CredentialReport> CheckPresentationAsync(string text, string nonce, DateTimeOffset? at = null) => await new CredentialChecker(this).CheckPresentationAsync(text, nonce, Verifier, Rules(at), CancellationToken.None);

    public ValueTask<SourceAnswer> DocumentAsync(string did, Uri url, CancellationToken cancellationToken)
    {
        Asked.Add(url.AbsoluteUri);
        return new(Documents.TryGetValue(did, out var bytes) ? new SourceAnswer(bytes) : SourceAnswer.Away("does not answer"));
    }

    public ValueTask<SourceAnswer> StatusListAsync(string issuer, Uri url, CancellationToken cancellationToken)
    {
        Asked.Add(url.AbsoluteUri);
        return new(Lists.TryGetValue(url.AbsoluteUri, out var text) ? new SourceAnswer(Encoding.ASCII.GetBytes(text)) : SourceAnswer.Away("does not answer"));
    }

    private static CheckRules Rules(DateTimeOffset? at) => new() { Believes = static did => did is North or South, At = at ?? Now };
}
