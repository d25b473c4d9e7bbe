using Banyan.Cells.Describing;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>
/// Parameters of OAuth's requests, as they are described, and checked before they are read: none may come twice (RFC 6749, section
/// 3.1). Which must be there, and which words there are, the endpoints say in the protocol's own errors, some of them to the client
/// by way of the browser; so here they are texts, no longer than a request may be.
/// </summary>
internal static class OAuthFields
{
    private static readonly QueryParameter[] Client = [Text("client_id"), Text("client_secret")];

    /// <summary>Of the token endpoint.</summary>
    public static readonly QueryParameter[] Token = [Text("grant_type"), Text("code"), Text("redirect_uri"), Text("code_verifier"), Text("refresh_token"), Text("scope"), .. Client];

    /// <summary>Of revocation and introspection.</summary>
    public static readonly QueryParameter[] State = [Text("token"), .. Client];

    /// <summary>Of a request for a code.</summary>
    public static readonly QueryParameter[] Authorize =
    [
        Text("client_id"), Text("redirect_uri"), Text("response_type"), Text("response_mode"), Text("scope"), Text("state"), Text("nonce"), Text("prompt"), Text("max_age"),
        Text("code_challenge"), Text("code_challenge_method"), Text("request"), Text("request_uri"),
    ];

    /// <summary>Of logging out.</summary>
    public static readonly QueryParameter[] Logout = [Text("id_token_hint"), Text("client_id"), Text("post_logout_redirect_uri"), Text("state")];

    /// <summary>A parameter of whatever text.</summary>
    public static QueryParameter Text(string name) => new(name, QueryType.Text) { Longest = OAuth.MaxLength };
}
