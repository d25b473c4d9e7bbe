using System.Globalization;
using System.Text.Json;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Credentials.Status;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// Writes what the organisation issues, as JWS by its current key (VC-JOSE-COSE). Of the same row the same credential, whenever it is
/// asked for; only its signature, and after a rotation its key, differ. Thread-safe.
/// </summary>
internal sealed class CredentialText(IssuerKeys keys, Organisations organisations)
{
    /// <summary>The type of a credential about how well a person is known.</summary>
    public const string LevelType = "VerificationLevelCredential";

    /// <summary>The type of a credential about a drill.</summary>
    public const string EvidenceType = "DrillEvidenceCredential";

    private const string Vocabulary = "urn:banyan:credentials#";
    private const string Purpose = "revocation";

    /// <summary>The key that signs now; for a cell that has issued nothing yet, the one that it makes.</summary>
    public async ValueTask<string> KeyIdAsync(CancellationToken cancellationToken) => (await keys.CurrentAsync(cancellationToken)).Id;

    /// <summary>A person's credential: the level that was reached and the day of the decision; neither name nor document.</summary>
    /// <param name="one">The row.</param>
    /// <param name="holder">The DID of the person's key; null: bound to none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<string> LevelAsync(IssuedCredential one, string? holder, CancellationToken cancellationToken) => WriteAsync(
        one.Id, LevelType, ["verificationLevel", "verifiedOn"], one.IssuedAt, one.ExpiresAt, new StatusEntry(one.List, one.Entry!.Value),
        json =>
        {
            if (holder is not null)
                json.WriteString("id"u8, holder);
            json.WriteNumber("verificationLevel"u8, one.Level);
            json.WriteString("verifiedOn"u8, one.VerifiedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        },
        cancellationToken);

    /// <summary>A credential about a drill.</summary>
    public Task<string> EvidenceAsync(IssuedEvidence one, CancellationToken cancellationToken) => WriteAsync(
        one.Id, EvidenceType, EvidenceClaims.Terms, one.IssuedAt, one.ExpiresAt, new StatusEntry(one.List, one.Entry),
        json =>
        {
            using var claims = JsonDocument.Parse(one.Claims);
            foreach (var member in claims.RootElement.EnumerateObject())
                member.WriteTo(json);
        },
        cancellationToken);

    /// <summary>A status list credential (Bitstring Status List v1.0, section 2.2), and the key that signed it.</summary>
    public async Task<(string Text, string KeyId)> StatusListAsync(int list, StatusList bits, DateTimeOffset from, DateTimeOffset until, TimeSpan kept, CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var (did, url) = (Did(), organisations.StatusListOf(organisations.Own, list));
        var text = JwsText.Write(
            JwsText.Es256, CredentialChecker.CredentialType, $"{did}#{key.Id}",
            json =>
            {
                WriteHead(json, url, CredentialChecker.StatusListType, [], did, from, until);
                json.WriteStartObject("credentialSubject"u8);
                json.WriteString("id"u8, url + "#list");
                json.WriteString("type"u8, "BitstringStatusList"u8);
                json.WriteString("statusPurpose"u8, Purpose);
                json.WriteString("encodedList"u8, bits.Encode());
                json.WriteNumber("ttl"u8, (long)kept.TotalMilliseconds);
                json.WriteEndObject();
            },
            key.Sign);
        return (text, key.Id);
    }

    private async Task<string> WriteAsync(Guid id, string type, IReadOnlyList<string> terms, DateTimeOffset from, DateTimeOffset until, StatusEntry status, Action<Utf8JsonWriter> subject, CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var did = Did();
        return JwsText.Write(
            JwsText.Es256, CredentialChecker.CredentialType, $"{did}#{key.Id}",
            json =>
            {
                WriteHead(json, $"urn:uuid:{id}", type, terms, did, from, until);
                json.WriteStartObject("credentialSubject"u8);
                subject(json);
                json.WriteEndObject();
                var list = organisations.StatusListOf(organisations.Own, status.List);
                var entry = status.Entry.ToString(CultureInfo.InvariantCulture);
                json.WriteStartObject("credentialStatus"u8);
                json.WriteString("id"u8, $"{list}#{entry}");
                json.WriteString("type"u8, CredentialChecker.StatusEntryType);
                json.WriteString("statusPurpose"u8, Purpose);
                json.WriteString("statusListIndex"u8, entry);
                json.WriteString("statusListCredential"u8, list);
                json.WriteEndObject();
            },
            key.Sign);
    }

    private static void WriteHead(Utf8JsonWriter json, string id, string type, IReadOnlyList<string> terms, string issuer, DateTimeOffset from, DateTimeOffset until)
    {
        json.WriteStartArray("@context"u8);
        json.WriteStringValue(CredentialChecker.Context);
        if (terms.Count > 0)
        {
            json.WriteStartObject();
            foreach (var term in terms.Prepend(type))
                json.WriteString(term, Vocabulary + term);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("id"u8, id);
        json.WriteStartArray("type"u8);
        json.WriteStringValue("VerifiableCredential"u8);
        json.WriteStringValue(type);
        json.WriteEndArray();
        json.WriteString("issuer"u8, issuer);
        json.WriteString("validFrom"u8, Moment(from));
        json.WriteString("validUntil"u8, Moment(until));
    }

    private string Did() => organisations.DidOf(organisations.Own) ?? throw new InvalidOperationException("An organisation without a DID issues nothing.");

    /// <summary>To the second: what is finer would tell credentials apart.</summary>
    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
