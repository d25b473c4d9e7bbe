using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cells.Personal;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;
using Npgsql;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>
/// What is kept of a ceremony between its two steps: the browser keeps it, under a keyed hash that every region of the platform
/// can check, so that whichever cell the answer comes to can judge it. Nothing is stored until then; then that it was answered, at
/// the home of the passkey, which is the only place that could take it again. Thread-safe.
/// </summary>
internal sealed class Ceremonies(IKeyVault vault, TimeProvider time)
{
    /// <summary>As long as a challenge is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public const string ToMake = "make";
    public const string ToLogIn = "log-in";
    public const string AsSecondFactor = "second-factor";

    private const string Kind = "identity.ceremony";
    private const string Take = "INSERT INTO identity.ceremonies (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    /// <summary>Seals what is kept.</summary>
    /// <param name="purpose">One of the above.</param>
    /// <param name="bond">Who began it, which the answer must come with again: a cookie of the browser, a session, a login's challenge. Only its hash is in the token.</param>
    /// <param name="subject">Whose passkey it is about; null where that is not known yet.</param>
    /// <param name="state">Of <see cref="PasskeyVerifier"/>.</param>
    public string Seal(string purpose, string bond, string? subject, string state)
    {
        var kept = new Ceremony(purpose, OpaqueToken.Hash(bond), subject, state, time.GetUtcNow() + Lifetime);
        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(kept, CeremonyJson.Default.Ceremony));
        return $"{payload}.{Base64Url.EncodeToString(vault.Fingerprint(Kind, payload))}";
    }

    /// <summary>Opens it; null where it was not sealed by this platform for this purpose and whoever brings it, or is too old.</summary>
    public Ceremony? Open(string? token, string purpose, string bond)
    {
        if (token?.Split('.') is not [var payload, var proof] || bond.Length == 0 || !Base64Url.IsValid(proof))
            return null;
        if (!CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(proof), vault.Fingerprint(Kind, payload)))
            return null;
        var kept = JsonSerializer.Deserialize(Base64Url.DecodeFromChars(payload), CeremonyJson.Default.Ceremony)!;
        return kept.Purpose == purpose && kept.Until > time.GetUtcNow() && CryptographicOperations.FixedTimeEquals(kept.Bond, OpaqueToken.Hash(bond)) ? kept : null;
    }

    /// <summary>Notes that it was answered, rightly or not; false where it had been.</summary>
    public static async Task<bool> TakeAsync(NpgsqlTransaction transaction, Ceremony ceremony, CancellationToken cancellationToken) =>
        await Sql.ExecuteAsync(transaction, Take, [Sql.Bytes(OpaqueToken.Hash(ceremony.State)), Sql.Time(ceremony.Until)], cancellationToken) == 1;
}

/// <summary>A ceremony between its steps. Immutable.</summary>
/// <param name="State">Of <see cref="PasskeyVerifier"/>; has the challenge, so no two are the same.</param>
internal sealed record Ceremony(string Purpose, byte[] Bond, string? Subject, string State, DateTimeOffset Until);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Ceremony))]
internal sealed partial class CeremonyJson : JsonSerializerContext;
