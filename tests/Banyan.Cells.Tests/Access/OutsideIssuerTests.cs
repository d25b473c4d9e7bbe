using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Outside;
using Banyan.Cells.Access.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cells.Tests.Access;

/// <summary>Tokens of a provider outside, as Keycloak issues them, with its discovery and keys over HTTP.</summary>
public sealed class OutsideIssuerTests : IAsyncLifetime
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private WebApplication? _provider;
    private Task _following = Task.CompletedTask;
    private OutsideVerifier? _verifier;
    private string _issuer = "";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _provider = builder.Build();
        _provider.Urls.Add("http://127.0.0.1:0");
        _provider.MapGet("/realm/.well-known/openid-configuration", () => Results.Text($$"""{"issuer":"{{_issuer}}","jwks_uri":"{{_issuer}}/keys"}""", "application/json"));
        _provider.MapGet("/realm/keys", () => Results.Text(Keys(), "application/json"));
        await _provider.StartAsync();
        _issuer = _provider.Urls.First() + "/realm";
        var outside = new OutsideIssuer(new AccessIdentityProvider(_issuer, "kai-api", "realm_access.roles", "region"), _http, TimeProvider.System, NullLogger<OutsideIssuer>.Instance);
        _following = outside.RunAsync(_stop.Token);
        _verifier = new OutsideVerifier(outside, new[] { "north", "south" }.ToFrozenSet());
        await Eventually.HoldsAsync(() => outside.Find("r1") is not null, "its keys are known");
    }

    [Theory]
    [InlineData("RS256", "r1")]
    [InlineData("ES256", "e1")]
    public void Verify_ItsTokens_AreTaken(string algorithm, string key)
    {
        var caller = Take(Sign(algorithm, key, Claims()));
        caller.Subject.ShouldBe("north.7c0f6b1e-0000-4000-8000-000000000001");
        (caller.Kind, caller.Home, caller.Client, caller.Session).ShouldBe((CallerKind.Staff, "north", "portal", "sess-1"));
        caller.Roles.ShouldBe(["reader"]);
    }

    [Theory]
    [InlineData("HS256", "r1", TokenFault.Algorithm)]
    [InlineData("none", "r1", TokenFault.Algorithm)]
    [InlineData("ES256", "r1", TokenFault.Algorithm)]
    [InlineData("RS256", "e1", TokenFault.Algorithm)]
    [InlineData("RS256", "small", TokenFault.UnknownKey)]
    [InlineData("RS256", "encrypts", TokenFault.UnknownKey)]
    [InlineData("RS256", "other", TokenFault.UnknownKey)]
    public void Verify_AlgorithmOrKeyWrong_Refuses(string algorithm, string key, TokenFault expected) => Refuse(Sign(algorithm, key, Claims())).ShouldBe(expected);

    [Theory]
    [InlineData("iss", "https://evil.example", TokenFault.Issuer)]
    [InlineData("aud", "portal", TokenFault.Audience)] // an ID token is for its client
    [InlineData("region", "east", TokenFault.Claims)]
    [InlineData("sub", "a b", TokenFault.Claims)]
    [InlineData("exp", "soon", TokenFault.Claims)]
    public void Verify_ClaimWrong_Refuses(string name, object value, TokenFault expected)
    {
        var claims = Claims();
        claims[name] = value;
        Refuse(Sign("RS256", "r1", claims)).ShouldBe(expected);
    }

    [Fact]
    public void Verify_SignedByAnother_Refuses()
    {
        var token = Sign("RS256", "r1", Claims());
        var other = Sign("RS256", "r1", new(Claims()) { ["sub"] = "somebody" });
        Refuse($"{token[..token.LastIndexOf('.')]}{other[other.LastIndexOf('.')..]}").ShouldBe(TokenFault.Signature);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        if (_provider is not null)
            await _provider.DisposeAsync();
        _http.Dispose();
        _rsa.Dispose();
        _ec.Dispose();
        _stop.Dispose();
    }

    private Dictionary<string, object> Claims()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return new() { ["iss"] = _issuer, ["sub"] = "7c0f6b1e-0000-4000-8000-000000000001", ["aud"] = new[] { "account", "kai-api" }, ["exp"] = now + 300, ["iat"] = now, ["azp"] = "portal", ["sid"] = "sess-1", ["region"] = "north", ["realm_access"] = new { roles = new[] { "reader" } } };
    }

    private string Sign(string algorithm, string key, Dictionary<string, object> claims)
    {
        var input = $"{TestIssuer.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{key}}","x5t":"ignored"}""")}.{TestIssuer.Encode(JsonSerializer.Serialize(claims))}";
        var bytes = Encoding.ASCII.GetBytes(input);
        var signature = algorithm == "ES256" ? _ec.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) : _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    private string Keys()
    {
        var rsa = _rsa.ExportParameters(false);
        var q = _ec.ExportParameters(false).Q;
        string N(byte[] bytes) => Base64Url.EncodeToString(bytes);
        return $$"""
            {"keys":[
              {"kty":"RSA","kid":"r1","use":"sig","alg":"RS256","n":"{{N(rsa.Modulus!)}}","e":"{{N(rsa.Exponent!)}}"},
              {"kty":"RSA","kid":"small","use":"sig","alg":"RS256","n":"{{N(new byte[128])}}","e":"AQAB"},
              {"kty":"RSA","kid":"encrypts","use":"enc","n":"{{N(rsa.Modulus!)}}","e":"AQAB"},
              {"kty":"oct","kid":"secret","k":"AAAA"},
              {"kty":"EC","kid":"e1","crv":"P-256","x":"{{N(q.X!)}}","y":"{{N(q.Y!)}}"}]}
            """;
    }

    private Caller Take(string token)
    {
        _verifier!.Verify(token, out var verified).ShouldBe(TokenFault.None);
        return verified!.Caller;
    }

    private TokenFault Refuse(string token)
    {
        var fault = _verifier!.Verify(token, out var verified);
        verified.ShouldBeNull();
        return fault;
    }
}
