using System.Globalization;
using System.Text.Json;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Credentials.Checking;

/// <summary>
/// Checks verifiable credentials (W3C data model 2.0) and presentations that are secured with JOSE (VC-JOSE-COSE, <c>vc+jwt</c> and
/// <c>vp+jwt</c>): type, algorithm, whose key it is, signature, validity, status. Nothing throws for what a stranger sent. Thread-safe.
/// </summary>
/// <param name="sources">Where documents and status lists are found.</param>
public sealed partial class CredentialChecker(ICredentialSources sources)
{
    /// <summary>The <c>typ</c> of a credential.</summary>
    public const string CredentialType = "vc+jwt";

    /// <summary>The <c>typ</c> of a presentation.</summary>
    public const string PresentationType = "vp+jwt";

    /// <summary>The first context of both.</summary>
    public const string Context = "https://www.w3.org/ns/credentials/v2";

    /// <summary>The longest credential, in characters.</summary>
    public const int LongestCredential = 32 * 1024;

    /// <summary>Checks a credential.</summary>
    /// <param name="text">The credential, as JWS in compact form.</param>
    /// <param name="rules">What it goes by.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CredentialReport> CheckAsync(string? text, CheckRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var run = new CheckRun(sources, rules);
        var facts = await run.CredentialAsync(text, "the credential", cancellationToken);
        return new CredentialReport(run.Problems, facts is null ? [] : [facts]);
    }

    /// <summary>One check: what it has found so far, and the documents that it has read.</summary>
    private sealed partial class CheckRun(ICredentialSources sources, CheckRules rules)
    {
        private readonly Dictionary<string, DidDocument?> _documents = new(StringComparer.Ordinal);

        public List<CredentialProblem> Problems { get; } = [];

        /// <summary>What a credential says; null where its signature does not hold. Every problem is added.</summary>
        public async Task<CredentialFacts?> CredentialAsync(string? text, string what, CancellationToken cancellationToken)
        {
            if (await SignedAsync(text, LongestCredential, what, cancellationToken) is not { } facts)
                return null;
            var status = await StatusAsync(facts.Payload, facts.Facts.Issuer, what, cancellationToken);
            return facts.Facts with { HasStatus = status };
        }

        /// <summary>A credential whose signature holds, with its payload; validity is looked at, status is not.</summary>
        private async Task<(CredentialFacts Facts, JsonElement Payload)?> SignedAsync(string? text, int longest, string what, CancellationToken cancellationToken)
        {
            if (!JwsText.TryParse(text, longest, out var jws, out var code, out var wrong))
                return Add<(CredentialFacts, JsonElement)?>(code, $"{what} {wrong}");
            if (jws!.Type != CredentialType)
                return Add<(CredentialFacts, JsonElement)?>(CredentialFault.Type, $"{what} is of type '{jws.Type}', not {CredentialType}");
            var payload = jws.Payload;
            var issuer = payload.TryGetProperty("issuer", out var by) ? StrictJson.TextOf(by) ?? StrictJson.Text(by, "id") : null;
            if (StrictJson.Texts(payload, "type") is not { } types || !types.Contains("VerifiableCredential") || !IsOfContext(payload) || issuer is null || StrictJson.Object(payload, "credentialSubject") is not { } subject)
                return Add<(CredentialFacts, JsonElement)?>(CredentialFault.Malformed, $"{what} is none of the data model 2.0: it needs its context, type VerifiableCredential, an issuer and one credentialSubject");
            if (!rules.Believes(issuer))
                return Add<(CredentialFacts, JsonElement)?>(CredentialFault.IssuerUntrusted, $"{what} is issued by {Shown(issuer)}, who is none of those who are believed here");
            if (await KeyAsync(jws, issuer, static d => d.Assertion, "assertionMethod", what, cancellationToken) is null)
                return null;
            if ((jws.Issuer ?? issuer) != issuer || (StrictJson.Text(payload, "iss") ?? issuer) != issuer)
                return Add<(CredentialFacts, JsonElement)?>(CredentialFault.Malformed, $"{what} names another in iss than its issuer");
            var facts = new CredentialFacts
            {
                Issuer = issuer, KeyId = jws.KeyId!, Types = types, Id = StrictJson.Text(payload, "id"), Subject = subject, Holder = StrictJson.Text(subject, "id") is { } of && Did.IsDid(of) ? of : null,
                ValidFrom = Moment(payload, "validFrom", what), ValidUntil = Moment(payload, "validUntil", what),
            };
            CheckTimes(facts.ValidFrom, facts.ValidUntil, what);
            CheckTimes(Seconds(payload, "nbf", what), Seconds(payload, "exp", what), what);
            return (facts, payload);
        }

        /// <summary>The key of <c>kid</c>, where it is one of the owner's for this purpose and signed the text; else null, and the problem is added.</summary>
        private async Task<VerificationMethod?> KeyAsync(JwsText jws, string owner, Func<DidDocument, IReadOnlyList<VerificationMethod>> purpose, string name, string what, CancellationToken cancellationToken)
        {
            if (!Did.TrySplit(jws.KeyId, out var did, out _) || did != owner)
                return Add<VerificationMethod>(CredentialFault.KeyForeign, $"{what} is signed by the key {Shown(jws.KeyId)}, which is not one of {Shown(owner)}");
            if (await DocumentAsync(owner, what, cancellationToken) is not { } document)
                return null;
            if (purpose(document).FirstOrDefault(m => m.Id == jws.KeyId) is not { } method)
                return Add<VerificationMethod>(CredentialFault.KeyUnknown, $"{what} is signed by the key {Shown(jws.KeyId)}, which is not among {name} of {owner}: it was withdrawn, or never was one");
            if (!method.Key.Takes(jws.Algorithm))
                return Add<VerificationMethod>(CredentialFault.Algorithm, $"{what} says {jws.Algorithm}, and its key is for {method.Key.Algorithm}");
            try
            {
                return jws.IsSignedBy(method.Key) ? method : Add<VerificationMethod>(CredentialFault.Signature, $"{what} was altered, or not signed by {jws.KeyId}: the signature is not of this text");
            }
            catch (PlatformNotSupportedException)
            {
                return Add<VerificationMethod>(CredentialFault.Algorithm, $"{what} is signed with Ed25519, which can't be checked on this machine: install the package libsodium23");
            }
        }

        private async Task<DidDocument?> DocumentAsync(string did, string what, CancellationToken cancellationToken)
        {
            if (_documents.TryGetValue(did, out var known))
                return known;
            return _documents[did] = await ReadDocumentAsync(did, what, cancellationToken);
        }

        private async Task<DidDocument?> ReadDocumentAsync(string did, string what, CancellationToken cancellationToken)
        {
            if (!Did.IsDid(did))
                return Add<DidDocument>(CredentialFault.DocumentWrong, $"{what} names '{Shown(did)}', which is no DID");
            if (Did.MethodOf(did) != DidWeb.Method)
                return DidDocument.OfKey(did, out var noKey) ?? Add<DidDocument>(CredentialFault.DocumentWrong, $"{what} names {Shown(did)}, which {noKey}");
            if (!DidWeb.TryUrl(did, out var url, out var noUrl))
                return Add<DidDocument>(CredentialFault.DocumentWrong, $"{what} names {Shown(did)}, which {noUrl}");
            var answer = await sources.DocumentAsync(did, url!, cancellationToken);
            if (answer.Problem is { } away)
                return Add<DidDocument>(CredentialFault.DocumentAway, $"{what} can't be checked: the document of {did} {away}");
            return DidDocument.Read(answer.Bytes, did, out var wrong) ?? Add<DidDocument>(CredentialFault.DocumentWrong, $"{what} can't be checked: the document at {url} {wrong}");
        }

        private static bool IsOfContext(JsonElement payload) =>
            payload.TryGetProperty("@context", out var context) && context.ValueKind == JsonValueKind.Array && context.GetArrayLength() > 0 && StrictJson.TextOf(context[0]) == Context;

        private void CheckTimes(DateTimeOffset? from, DateTimeOffset? until, string what)
        {
            if (from > rules.At + rules.Skew)
                Add<object>(CredentialFault.NotYetValid, string.Create(CultureInfo.InvariantCulture, $"{what} is valid from {from:u} on"));
            if (until <= rules.At - rules.Skew)
                Add<object>(CredentialFault.Expired, string.Create(CultureInfo.InvariantCulture, $"{what} was valid until {until:u}"));
        }

        /// <summary>A moment as XML Schema's dateTimeStamp has it (data model 2.0, section 4.9): with its offset.</summary>
        private DateTimeOffset? Moment(JsonElement payload, string name, string what)
        {
            if (!payload.TryGetProperty(name, out var value))
                return null;
            if (StrictJson.TextOf(value) is { Length: >= 20 and <= 40 } text && text[10] == 'T' && (text[^1] == 'Z' || text[^3] == ':' && text[^6] is '+' or '-')
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
                return moment;
            return Add<DateTimeOffset?>(CredentialFault.Malformed, $"{what} has a {name} that is no moment such as 2026-03-01T09:00:00Z");
        }

        /// <summary>A moment as JWT has it (RFC 7519, section 2).</summary>
        private DateTimeOffset? Seconds(JsonElement payload, string name, string what)
        {
            if (!payload.TryGetProperty(name, out var value))
                return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_800)
                return DateTimeOffset.FromUnixTimeSeconds(seconds);
            return Add<DateTimeOffset?>(CredentialFault.Malformed, $"{what} has an {name} that is no time in seconds");
        }

        private T? Add<T>(string code, string message)
        {
            Problems.Add(new CredentialProblem(code, message));
            return default;
        }

        /// <summary>What a stranger wrote, short and without line ends.</summary>
        private static string Shown(string? text) => text is null ? "(none)" : new string([.. (text.Length <= 200 ? text : text[..200] + "…").Select(static c => char.IsControl(c) ? ' ' : c)]);
    }
}
