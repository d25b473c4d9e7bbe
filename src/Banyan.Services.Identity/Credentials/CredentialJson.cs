using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Services.Identity.Credentials;

internal sealed record CredentialRequest(string? Proof);

internal sealed record ChallengeView(string Nonce, string Audience, DateTimeOffset ExpiresAt);

/// <summary>A person's credential; the credential itself only where one was asked for.</summary>
internal sealed record CredentialView(Guid Id, int Level, string VerifiedOn, string? Holder, string State, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, string? RevokedFor, string? Credential);

internal sealed record CredentialPage(IReadOnlyList<CredentialView> Credentials);

internal sealed record IssuerKeyView(string Id, string State, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, DateTimeOffset? WithdrawnAt);

internal sealed record IssuerKeyPage(string? Did, IReadOnlyList<IssuerKeyView> Keys);

internal sealed record EvidenceRequest(Guid? Receipt);

internal sealed record EvidenceView(Guid Id, Guid Receipt, string State, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, string? Credential);

internal sealed record EvidencePage(IReadOnlyList<EvidenceView> Evidence);

internal sealed record CheckRequest(string? Credential, string? Presentation, string? Nonce, string? Audience);

internal sealed record ProblemView(string Code, string Message);

internal sealed record CheckedView(string Issuer, string Key, IReadOnlyList<string> Types, string? Id, string? Holder, DateTimeOffset? ValidFrom, DateTimeOffset? ValidUntil, JsonElement Claims);

internal sealed record CheckAnswer(bool Holds, IReadOnlyList<ProblemView> Problems, IReadOnlyList<CheckedView> Credentials);

/// <summary>JSON of credentials.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CredentialRequest))]
[JsonSerializable(typeof(ChallengeView))]
[JsonSerializable(typeof(CredentialView))]
[JsonSerializable(typeof(CredentialPage))]
[JsonSerializable(typeof(IssuerKeyView))]
[JsonSerializable(typeof(IssuerKeyPage))]
[JsonSerializable(typeof(EvidenceRequest))]
[JsonSerializable(typeof(EvidenceView))]
[JsonSerializable(typeof(EvidencePage))]
[JsonSerializable(typeof(CheckRequest))]
[JsonSerializable(typeof(CheckAnswer))]
internal sealed partial class CredentialJson : JsonSerializerContext;
