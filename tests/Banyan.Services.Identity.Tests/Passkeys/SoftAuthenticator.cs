using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>
/// An authenticator and the browser before it (WebAuthn Level 3, sections 5.8.1, 6.1 and 6.5), written by hand, with one passkey; and with
/// knobs for all that an attacker could do otherwise.
/// </summary>
internal sealed class SoftAuthenticator : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA? _rsa;

    public SoftAuthenticator(bool rsa = false) => _rsa = rsa ? RSA.Create(2048) : null;

    public byte[] Credential { get; set; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The user handle that its passkey was made for.</summary>
    public string Handle { get; set; } = "";

    public string Origin { get; set; } = "https://kai.example";

    /// <summary>The RP ID that it hashes; null: the one of the options.</summary>
    public string? Domain { get; set; }

    public string? Type { get; set; }

    public bool? CrossOrigin { get; set; } = false;

    public string? TopOrigin { get; set; }

    /// <summary>In place of the options' challenge.</summary>
    public byte[]? Challenge { get; set; }

    public bool IsPresent { get; set; } = true;

    public bool IsVerified { get; set; } = true;

    public bool IsBackupEligible { get; set; } = true;

    public bool IsBackedUp { get; set; } = true;

    /// <summary>What it counts up before each signature; 0: it does not count.</summary>
    public uint Counter { get; set; }

    public bool Counts { get; set; }

    /// <summary>Whether its answers to a login say whose passkey it is.</summary>
    public bool SaysHandle { get; set; } = true;

    /// <summary>Changes a signature.</summary>
    public Func<byte[], byte[]> Signature { get; set; } = static s => s;

    /// <summary>The algorithm that its COSE key claims; null: its own.</summary>
    public int? Algorithm { get; set; }

    /// <summary>The answer to <c>navigator.credentials.create</c>.</summary>
    public JsonObject Make(JsonElement options)
    {
        Handle = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString()));
        var client = ClientData(Type ?? "webauthn.create", options);
        var attested = new List<byte>(new byte[16]) { (byte)(Credential.Length >> 8), (byte)Credential.Length };
        attested.AddRange(Credential);
        attested.AddRange(CoseKey());
        var attestation = new CborWriter(CborConformanceMode.Ctap2Canonical);
        attestation.WriteStartMap(3);
        attestation.WriteTextString("fmt");
        attestation.WriteTextString("none");
        attestation.WriteTextString("attStmt");
        attestation.WriteStartMap(0);
        attestation.WriteEndMap();
        attestation.WriteTextString("authData");
        attestation.WriteByteString(Data(options.GetProperty("rp").GetProperty("id").GetString()!, attested));
        attestation.WriteEndMap();
        return Answer(new JsonObject { ["clientDataJSON"] = Text(client), ["attestationObject"] = Text(attestation.Encode()), ["transports"] = new JsonArray("internal", "hybrid", "telepathy") });
    }

    /// <summary>The answer to <c>navigator.credentials.get</c>.</summary>
    public JsonObject Use(JsonElement options)
    {
        if (Counts)
            Counter++;
        var client = ClientData(Type ?? "webauthn.get", options);
        var data = Data(options.GetProperty("rpId").GetString()!, null);
        byte[] signed = [.. data, .. SHA256.HashData(client)];
        var signature = _rsa is { } rsa ? rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : _key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Answer(new JsonObject
        {
            ["clientDataJSON"] = Text(client), ["authenticatorData"] = Text(data), ["signature"] = Text(Signature(signature)), ["userHandle"] = SaysHandle ? Text(Encoding.UTF8.GetBytes(Handle)) : null,
        });
    }

    public void Dispose()
    {
        _key.Dispose();
        _rsa?.Dispose();
    }

    private JsonObject Answer(JsonObject response) =>
        new() { ["id"] = Text(Credential), ["rawId"] = Text(Credential), ["type"] = "public-key", ["clientExtensionResults"] = new JsonObject(), ["response"] = response };

    private byte[] ClientData(string type, JsonElement options)
    {
        var client = new JsonObject { ["type"] = type, ["challenge"] = Challenge is { } other ? Text(other) : options.GetProperty("challenge").GetString(), ["origin"] = Origin };
        if (CrossOrigin is { } cross)
            client["crossOrigin"] = cross;
        if (TopOrigin is not null)
            client["topOrigin"] = TopOrigin;
        return Encoding.UTF8.GetBytes(client.ToJsonString());
    }

    private byte[] Data(string domain, List<byte>? attested)
    {
        var flags = (IsPresent ? 0x01 : 0) | (IsVerified ? 0x04 : 0) | (IsBackupEligible ? 0x08 : 0) | (IsBackedUp ? 0x10 : 0) | (attested is null ? 0 : 0x40);
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Domain ?? domain)), (byte)flags, .. counter, .. attested ?? []];
    }

    /// <summary>RFC 9053, section 7.1.1; RFC 8230, section 4.</summary>
    private byte[] CoseKey()
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        if (_rsa?.ExportParameters(includePrivateParameters: false) is { } rsa)
        {
            writer.WriteStartMap(4);
            Number(1, 3);
            Number(3, Algorithm ?? -257);
            Bytes(-1, rsa.Modulus!);
            Bytes(-2, rsa.Exponent!);
        }
        else
        {
            var q = _key.ExportParameters(includePrivateParameters: false).Q;
            writer.WriteStartMap(5);
            Number(1, 2);
            Number(3, Algorithm ?? -7);
            Number(-1, 1);
            Bytes(-2, q.X!);
            Bytes(-3, q.Y!);
        }

        writer.WriteEndMap();
        return writer.Encode();

        void Number(int label, int value)
        {
            writer.WriteInt32(label);
            writer.WriteInt32(value);
        }

        void Bytes(int label, byte[] value)
        {
            writer.WriteInt32(label);
            writer.WriteByteString(value);
        }
    }

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
