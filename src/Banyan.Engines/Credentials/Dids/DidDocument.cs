using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Credentials.Dids;

/// <summary>
/// A DID document (DID Core 1.0), as far as credentials need it: the keys by which its subject says things (<c>assertionMethod</c>)
/// and shows itself (<c>authentication</c>). Immutable.
/// </summary>
public sealed record DidDocument
{
    /// <summary>The media type that documents are served as (DID Core 1.0, section 6.3).</summary>
    public const string ContentType = "application/did+ld+json";

    /// <summary>The longest that is read, in bytes.</summary>
    public const int Longest = 64 * 1024;

    private const string Context = "https://www.w3.org/ns/did/v1";
    private const string Context11 = "https://www.w3.org/ns/did/v1.1";
    private const string KeyContext = "https://w3id.org/security/jwk/v1";
    private const int MostKeys = 100;

    /// <summary>The DID that it is about.</summary>
    public required string Id { get; init; }

    /// <summary>Keys by which its subject signs credentials.</summary>
    public ImmutableArray<VerificationMethod> Assertion { get; init; } = [];

    /// <summary>Keys by which its subject signs presentations.</summary>
    public ImmutableArray<VerificationMethod> Authentication { get; init; } = [];

    /// <summary>What else it leads to. Written, not read.</summary>
    public ImmutableArray<DidService> Services { get; init; } = [];

    /// <summary>The document of a DID that is its own key (<c>did:key</c>, <c>did:jwk</c>); null for other methods, and for what is none.</summary>
    /// <param name="did">The DID.</param>
    /// <param name="problem">Why not, in words that go on after the DID.</param>
    public static DidDocument? OfKey(string did, out string? problem)
    {
        problem = "is no DID";
        if (!Did.IsDid(did))
            return null;
        var (key, fragment) = Did.MethodOf(did) switch
        {
            DidKey.Method => (DidKey.KeyOf(did, out problem), Did.IdOf(did)),
            DidJwk.Method => (DidJwk.KeyOf(did, out problem), DidJwk.Fragment),
            _ => (null, ""),
        };
        if (key is null)
            return null;
        var method = new VerificationMethod($"{did}#{fragment}", key);
        return new DidDocument { Id = did, Assertion = [method], Authentication = [method] };
    }

    /// <summary>
    /// Reads the document of a DID. Every DID URL in it must be absolute, every key its own; keys of other kinds than those that
    /// are taken are left out, so that whoever signs by them is refused.
    /// </summary>
    /// <param name="bytes">The document.</param>
    /// <param name="did">The DID that was asked for: the document must be of it.</param>
    /// <param name="problem">What is wrong, in words that go on after "the document".</param>
    public static DidDocument? Read(ReadOnlyMemory<byte> bytes, string did, out string? problem)
    {
        problem = $"is longer than {Longest} bytes, or no JSON object";
        if (bytes.Length > Longest || StrictJson.ReadObject(bytes) is not { } root)
            return null;
        problem = $"is of another context than {Context}";
        if (root.TryGetProperty("@context", out _) && StrictJson.Texts(root, "@context") is not [Context or Context11, ..])
            return null;
        problem = $"is of '{StrictJson.Text(root, "id")}', not of {did}";
        if (StrictJson.Text(root, "id") != did)
            return null;
        problem = $"has a list of keys that is none, or more than {MostKeys}";
        if (!TryMethods(root, "verificationMethod", did, null, out var keys) || !TryMethods(root, "assertionMethod", did, keys, out var assertion) || !TryMethods(root, "authentication", did, keys, out var authentication))
            return null;
        problem = null;
        return new DidDocument { Id = did, Assertion = [.. assertion.Values], Authentication = [.. authentication.Values] };
    }

    /// <summary>Its bytes: always the same of the same keys, so that a hash of them says whether it changed.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("@context"u8);
            json.WriteStringValue(Context);
            json.WriteStringValue(KeyContext);
            json.WriteEndArray();
            json.WriteString("id"u8, Id);
            json.WriteStartArray("verificationMethod"u8);
            foreach (var method in Assertion.Union(Authentication))
                Write(json, method);
            json.WriteEndArray();
            WriteNames(json, "assertionMethod", Assertion);
            WriteNames(json, "authentication", Authentication);
            WriteServices(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter json, VerificationMethod method)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, method.Id);
        json.WriteString("type"u8, "JsonWebKey"u8);
        json.WriteString("controller"u8, Id);
        json.WriteStartObject("publicKeyJwk"u8);
        method.Key.WriteMembers(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, string name, ImmutableArray<VerificationMethod> methods)
    {
        if (methods.IsEmpty)
            return;
        json.WriteStartArray(name);
        foreach (var method in methods)
            json.WriteStringValue(method.Id);
        json.WriteEndArray();
    }

    private void WriteServices(Utf8JsonWriter json)
    {
        if (Services.IsEmpty)
            return;
        json.WriteStartArray("service"u8);
        foreach (var service in Services)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, service.Id);
            json.WriteString("type"u8, service.Type);
            json.WriteString("serviceEndpoint"u8, service.Endpoint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <param name="root">The document.</param>
    /// <param name="name">The list: of keys themselves, or of their ids.</param>
    /// <param name="did">Whose keys alone are taken.</param>
    /// <param name="known">Keys that ids may name; null where the list must be of keys.</param>
    /// <param name="found">The keys by their ids.</param>
    private static bool TryMethods(JsonElement root, string name, string did, Dictionary<string, VerificationMethod>? known, out Dictionary<string, VerificationMethod> found)
    {
        found = new Dictionary<string, VerificationMethod>(StringComparer.Ordinal);
        if (!root.TryGetProperty(name, out var list))
            return true;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostKeys)
            return false;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String)
            {
                if (known is null)
                    return false;
                if (StrictJson.TextOf(item) is { } id && known.TryGetValue(id, out var method))
                    found[id] = method;
            }
            else if (Method(item, did) is { } method)
            {
                found[method.Id] = method;
            }
        }

        return true;
    }

    /// <summary>A key that is the document's own and of a kind that is taken; else null.</summary>
    private static VerificationMethod? Method(JsonElement item, string did)
    {
        if (StrictJson.Text(item, "id") is not { } id || !Did.TrySplit(id, out var of, out _) || of != did || StrictJson.Text(item, "controller") != did)
            return null;
        if (StrictJson.Text(item, "type") is not ("JsonWebKey" or "JsonWebKey2020") || StrictJson.Object(item, "publicKeyJwk") is not { } jwk)
            return null;
        return PublicJwk.Read(jwk, out _) is { } key ? new VerificationMethod(id, key) : null;
    }
}
