using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells;
using Banyan.Services.Identity.Accounts;

namespace Banyan.Services.Identity.Tokens;

/// <summary>Makes access tokens (RFC 9068) and ID tokens (OpenID Connect Core 1.0, section 2). Thread-safe.</summary>
internal sealed class TokenIssuer(SigningKeys keys, IdentitySettings settings, CellContext cell, TimeProvider time)
{
    public const string AccessType = "at+jwt";
    public const string IdType = "JWT";

    /// <summary>What every access token says. <paramref name="Session"/> is the grant that it belongs to; null for machines.</summary>
    public sealed record Holder(string Subject, string Kind, ImmutableArray<string> Roles, int Assurance, int Verification, string? Session)
    {
        public static Holder Of(Account account, int assurance, string grant) => new(account.Subject, account.Kind, account.Roles, assurance, account.Verification, grant);
    }

    /// <summary>How long tokens are good, in seconds.</summary>
    public int LifetimeSeconds => (int)settings.TokenLifetime.TotalSeconds;

    public async ValueTask<string> AccessAsync(Holder holder, string client, IEnumerable<string> scopes, CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return Jwt.Write(key, AccessType, json =>
        {
            json.WriteString("iss"u8, settings.Issuer);
            json.WriteString("sub"u8, holder.Subject);
            json.WriteString("aud"u8, settings.Audience);
            json.WriteNumber("exp"u8, now + LifetimeSeconds);
            json.WriteNumber("iat"u8, now);
            json.WriteNumber("nbf"u8, now);
            json.WriteString("jti"u8, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
            if (holder.Session is not null)
                json.WriteString("sid"u8, holder.Session);
            json.WriteString("client_id"u8, client);
            json.WriteString("scope"u8, string.Join(' ', scopes));
            json.WriteString("home"u8, cell.Partition);
            json.WriteString("kind"u8, holder.Kind);
            json.WriteStartArray("roles"u8);
            foreach (var role in holder.Roles)
                json.WriteStringValue(role);
            json.WriteEndArray();
            json.WriteString("acr"u8, $"aal{holder.Assurance}");
            json.WriteNumber("verification"u8, holder.Verification);
        });
    }

    public async ValueTask<string> IdAsync(Account account, Sessions.Session session, string client, string? nonce, string accessToken, CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return Jwt.Write(key, IdType, json =>
        {
            json.WriteString("iss"u8, settings.Issuer);
            json.WriteString("sub"u8, account.Subject);
            json.WriteString("aud"u8, client);
            json.WriteNumber("exp"u8, now + LifetimeSeconds);
            json.WriteNumber("iat"u8, now);
            json.WriteNumber("auth_time"u8, session.BeganAt.ToUnixTimeSeconds());
            if (nonce is not null)
                json.WriteString("nonce"u8, nonce);
            json.WriteString("acr"u8, session.Acr);
            json.WriteStartArray("amr"u8);
            foreach (var method in session.Methods)
                json.WriteStringValue(method);
            json.WriteEndArray();
            json.WriteString("sid"u8, session.Id);
            json.WriteString("at_hash"u8, Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)));
        });
    }
}
