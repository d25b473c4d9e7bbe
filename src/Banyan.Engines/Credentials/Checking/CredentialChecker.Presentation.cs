using System.Text.Json;
using Banyan.Engines.Credentials.Jose;
using Banyan.Engines.Credentials.Dids;

namespace Banyan.Engines.Credentials.Checking;

public sealed partial class CredentialChecker
{
    /// <summary>The longest presentation, in characters.</summary>
    public const int LongestPresentation = 128 * 1024;

    /// <summary>The most credentials in a presentation.</summary>
    public const int MostCredentials = 8;

    private const string Enveloped = "EnvelopedVerifiableCredential";
    private const string DataPrefix = "data:application/vc+jwt,";

    /// <summary>Checks a presentation: that its holder signed it now, for this question and this verifier, and that every credential in it holds and is the holder's.</summary>
    /// <param name="text">The presentation, as JWS in compact form.</param>
    /// <param name="nonce">What the verifier gave to be signed. It MUST take each of its nonces once.</param>
    /// <param name="audience">The verifier, as it told the holder.</param>
    /// <param name="rules">What it goes by.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CredentialReport> CheckPresentationAsync(string? text, string nonce, string audience, CheckRules rules, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(nonce);
        ArgumentException.ThrowIfNullOrEmpty(audience);
        ArgumentNullException.ThrowIfNull(rules);
        var run = new CheckRun(sources, rules);
        return new CredentialReport(run.Problems, await run.PresentationAsync(text, nonce, audience, cancellationToken));
    }

    private sealed partial class CheckRun
    {
        private const string Presentation = "the presentation";

        public async Task<IReadOnlyList<CredentialFacts>> PresentationAsync(string? text, string nonce, string audience, CancellationToken cancellationToken)
        {
            if (!JwsText.TryParse(text, LongestPresentation, out var jws, out var code, out var wrong))
                return Add<IReadOnlyList<CredentialFacts>>(code, $"{Presentation} {wrong}") ?? [];
            if (jws!.Type != PresentationType)
                return Add<IReadOnlyList<CredentialFacts>>(CredentialFault.Type, $"{Presentation} is of type '{Shown(jws.Type)}', not {PresentationType}") ?? [];
            if (await HolderAsync(jws, nonce, audience, cancellationToken) is not { } holder)
                return [];
            var found = new List<CredentialFacts>();
            if (CredentialsOf(jws.Payload) is not { } credentials)
                return Add<IReadOnlyList<CredentialFacts>>(CredentialFault.Malformed, $"{Presentation} has not 1 to {MostCredentials} credentials of type {Enveloped} ({DataPrefix}…)") ?? [];
            foreach (var (credential, index) in credentials.Select(static (c, i) => (c, i)))
            {
                var what = credentials.Count == 1 ? "the credential" : $"credential {index + 1}";
                if (await CredentialAsync(credential, what, cancellationToken) is not { } facts)
                    continue;
                if (facts.Holder is null)
                    Add<object>(CredentialFault.NotBound, $"{what} is bound to no key: who presents it may have it from somebody else");
                else if (facts.Holder != holder)
                    Add<object>(CredentialFault.HolderOther, $"{what} is bound to {Shown(facts.Holder)}, and {Shown(holder)} presents it");
                found.Add(facts);
            }

            return found;
        }

        /// <summary>The DID that presents, where it signed this presentation for this question; else null, and the problems are added.</summary>
        private async Task<string?> HolderAsync(JwsText jws, string nonce, string audience, CancellationToken cancellationToken)
        {
            var payload = jws.Payload;
            var holder = payload.TryGetProperty("holder", out var by) ? StrictJson.TextOf(by) ?? StrictJson.Text(by, "id") : Did.TrySplit(jws.KeyId, out var did, out _) ? did : null;
            if (!IsOfContext(payload) || StrictJson.Texts(payload, "type")?.Contains("VerifiablePresentation") != true || !Did.IsDid(holder))
                return Add<string>(CredentialFault.Malformed, $"{Presentation} is none of the data model 2.0: it needs its context, type VerifiablePresentation and a holder with a DID");
            if (Did.MethodOf(holder!) is not (DidKey.Method or DidJwk.Method) && !rules.Believes(holder!))
                return Add<string>(CredentialFault.IssuerUntrusted, $"{Presentation} is by {Shown(holder)}: holders are did:key, did:jwk, or believed here");
            if (await KeyAsync(jws, holder!, static d => d.Authentication, "authentication", Presentation, cancellationToken) is null)
                return null;
            var before = Problems.Count;
            if (StrictJson.Text(payload, "nonce") != nonce)
                Add<object>(CredentialFault.Nonce, $"{Presentation} was made for another question: its nonce is not the one that was given");
            if (StrictJson.Texts(payload, "aud")?.Contains(audience) != true)
                Add<object>(CredentialFault.Audience, $"{Presentation} was made for somebody else than {Shown(audience)}");
            var (made, ends) = (Seconds(payload, "iat", Presentation), Seconds(payload, "exp", Presentation));
            CheckTimes(made, made is { } at ? at + rules.Freshness : null, Presentation);
            CheckTimes(Seconds(payload, "nbf", Presentation), ends, Presentation);
            if (made is null && ends is null && Problems.Count == before)
                Add<object>(CredentialFault.Malformed, $"{Presentation} says neither when it was made (iat) nor when it ends (exp)");
            return holder;
        }

        /// <summary>The texts of its credentials; null where there are none, too many, or others than enveloped ones.</summary>
        private static IReadOnlyList<string>? CredentialsOf(JsonElement payload)
        {
            if (StrictJson.Objects(payload, "verifiableCredential") is not { Count: > 0 and <= MostCredentials } envelopes)
                return null;
            var found = new List<string>();
            foreach (var envelope in envelopes)
            {
                if (StrictJson.Texts(envelope, "type")?.Contains(Enveloped) != true || StrictJson.Text(envelope, "id") is not { } id || !id.StartsWith(DataPrefix, StringComparison.Ordinal))
                    return null;
                found.Add(id[DataPrefix.Length..]);
            }

            return found;
        }
    }
}
