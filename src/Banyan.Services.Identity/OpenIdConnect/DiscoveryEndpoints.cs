using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>What programs need to know of this provider: OpenID Connect Discovery 1.0, RFC 8414, and every region's keys (RFC 7517).</summary>
internal sealed class DiscoveryEndpoints(IAccessDirectory directory, IdentitySettings settings, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        const string Service = IdentityService.ServiceName;
        routes.MapGet("/.well-known/openid-configuration", Describe).OpenToAll().Describe(Service, "OpenID Connect discovery", 200);
        routes.MapGet("/.well-known/oauth-authorization-server", Describe).OpenToAll().Describe(Service, "The same, by RFC 8414", 200);
        routes.MapGet("/identity/oauth/jwks", Keys).OpenToAll().Describe(Service, "The public keys that sign tokens, of every region", 200);
    }

    private Task Describe(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        return OAuth.Json(json =>
        {
            var at = settings.Issuer.TrimEnd('/') + "/identity/oauth";
            json.WriteString("issuer"u8, settings.Issuer);
            json.WriteString("authorization_endpoint"u8, $"{at}/authorize");
            json.WriteString("token_endpoint"u8, $"{at}/token");
            json.WriteString("jwks_uri"u8, $"{at}/jwks");
            json.WriteString("userinfo_endpoint"u8, $"{at}/userinfo");
            json.WriteString("revocation_endpoint"u8, $"{at}/revoke");
            json.WriteString("introspection_endpoint"u8, $"{at}/introspect");
            json.WriteString("end_session_endpoint"u8, $"{at}/logout");
            Texts(json, "scopes_supported", Scope.OpenId);
            Texts(json, "response_types_supported", ["code"]);
            Texts(json, "response_modes_supported", ["query"]);
            Texts(json, "grant_types_supported", [Client.Code, Client.Refresh, Client.Credentials]);
            Texts(json, "subject_types_supported", ["public"]);
            Texts(json, "id_token_signing_alg_values_supported", ["ES256"]);
            Texts(json, "token_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post", "none"]);
            Texts(json, "revocation_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post", "none"]);
            Texts(json, "introspection_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post"]);
            Texts(json, "code_challenge_methods_supported", ["S256"]);
            Texts(json, "acr_values_supported", ["aal1", "aal2"]);
            Texts(json, "prompt_values_supported", ["none", "login", "consent"]);
            Texts(json, "claims_supported", ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "name", "email", "email_verified", "phone_number", "phone_number_verified"]);
            json.WriteBoolean("authorization_response_iss_parameter_supported"u8, true);
            json.WriteBoolean("request_parameter_supported"u8, false);
            json.WriteBoolean("request_uri_parameter_supported"u8, false);
            json.WriteBoolean("claims_parameter_supported"u8, false);
        }).ExecuteAsync(context);
    }

    private Task Keys(HttpContext context)
    {
        context.Response.Headers.CacheControl = "public, max-age=300";
        var now = time.GetUtcNow();
        return OAuth.Json(json =>
        {
            json.WriteStartArray("keys"u8);
            foreach (var key in directory.SigningKeys.Where(k => k.NotAfter > now))
            {
                json.WriteStartObject();
                json.WriteString("kty"u8, "EC"u8);
                json.WriteString("crv"u8, "P-256"u8);
                json.WriteString("use"u8, "sig"u8);
                json.WriteString("alg"u8, "ES256"u8);
                json.WriteString("kid"u8, key.KeyId);
                json.WriteString("x"u8, key.X);
                json.WriteString("y"u8, key.Y);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ExecuteAsync(context);
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
