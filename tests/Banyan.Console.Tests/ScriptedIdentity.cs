using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Console.SignIn;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Console.Tests;

/// <summary>The identity service of a region, as far as the console asks it; and what every process knows of credentials.</summary>
internal sealed class ScriptedIdentity(string region) : IAccessDirectory
{
    public const string Issuer = "https://id.test.example";
    public const string Audience = "urn:banyan:kai";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<string, (string Challenge, string Redirect, string Nonce)> _codes = new();
    private readonly ConcurrentDictionary<string, string> _refresh = new();
    private readonly ConcurrentDictionary<string, bool> _ended = new();
    private ConsoleSecret? _secret;
    private TimeProvider _time = TimeProvider.System;

    public string Region => region;

    /// <summary>What the next tokens say.</summary>
    public string[] Roles { get; set; } = ["operator"];

    public string Kind { get; set; } = "staff";

    /// <summary>The client that tokens are made out to.</summary>
    public string Client { get; set; } = ConsoleSecret.ClientId;

    /// <summary>It answers 503, as the entry does while a partition moves.</summary>
    public bool IsAway { get; set; }

    public int Refreshed;

    public ConcurrentQueue<string> Revoked { get; } = new();

    public ApiCredential Operator { get; } = ApiCredential.Create(OperatorKey.Id);

    public ConcurrentDictionary<string, ApiKeyEntry> ApiKeys { get; } = new();

    public ImmutableArray<SigningKey> SigningKeys => [FindSigningKey($"{region}-1")!];

    public SigningKey? FindSigningKey(string keyId)
    {
        var q = _key.ExportParameters(includePrivateParameters: false).Q;
        return keyId == $"{region}-1" ? new SigningKey(keyId, region, Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y), DateTimeOffset.MaxValue) : null;
    }

    public ApiKeyEntry? FindApiKey(string id) => ApiKeys.GetValueOrDefault(id);

    public bool IsEnded(string session) => _ended.ContainsKey(session);

    /// <summary>Ends everybody's session, as a directory tells it.</summary>
    public void EndAll()
    {
        foreach (var grant in _refresh.Values)
            _ended[grant] = true;
    }

    public ConsoleAccess AccessFor(DataFolder data, TimeProvider time)
    {
        _secret = ConsoleSecret.Ensure(data);
        _time = time;
        ApiKeys[Operator.Id] = Operator.ToEntry(region, [.. OperatorKey.Roles], null);
        var options = new AccessOptions { Policy = AccessPolicy.Compile(StandardAccess.Model), Directory = this, Issuer = Issuer, Audience = Audience };
        return new ConsoleAccess(new CredentialJudge(options, time), _secret, Operator, data);
    }

    /// <summary>As if a person had logged in and the authorization endpoint had sent the browser back.</summary>
    /// <param name="request">Where the console sent the browser.</param>
    public string Authorize(Uri request)
    {
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(request.Query);
        var code = $"{region}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        _codes[code] = (query["code_challenge"]!, query["redirect_uri"]!, query["nonce"]!);
        return $"/console/callback?code={code}&state={Uri.EscapeDataString(query["state"]!)}&iss={Uri.EscapeDataString(Issuer)}";
    }

    public void Map(WebApplication app)
    {
        app.MapPost("/identity/oauth/token", TokenAsync);
        app.MapPost("/identity/oauth/revoke", async context =>
        {
            Revoked.Enqueue((await context.Request.ReadFormAsync())["token"]!);
            context.Response.StatusCode = 200;
        });
    }

    /// <summary>A good access token, as any client of the platform may hold one.</summary>
    public string Token(string grant, string? client = null)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return Sign("at+jwt", new()
        {
            ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = $"{region}.person000000000000001", ["exp"] = now + 300, ["iat"] = now, ["jti"] = Guid.NewGuid().ToString("n"), ["sid"] = grant,
            ["client_id"] = client ?? Client, ["scope"] = $"openid offline_access {ConsoleAccess.Action}", ["home"] = region, ["kind"] = Kind, ["roles"] = Roles, ["acr"] = "aal1", ["verification"] = 1,
        });
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        if (IsAway)
        {
            await AnswerAsync(context, 503, new { type = "urn:banyan:problem:moving" });
            return;
        }

        if (form["client_id"] != ConsoleSecret.ClientId || form["client_secret"] != _secret!.ClientSecret)
        {
            await AnswerAsync(context, 400, new { error = "invalid_client" });
            return;
        }

        string grant;
        var nonce = "";
        if (form["grant_type"] == "refresh_token")
        {
            Interlocked.Increment(ref Refreshed);
            if (!_refresh.TryRemove(form["refresh_token"]!, out grant!))
            {
                await AnswerAsync(context, 400, new { error = "invalid_grant" });
                return;
            }
        }
        else
        {
            var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!)));
            if (!_codes.TryRemove(form["code"]!, out var code) || code.Challenge != challenge || code.Redirect != form["redirect_uri"])
            {
                await AnswerAsync(context, 400, new { error = "invalid_grant" });
                return;
            }

            (grant, nonce) = ($"{region}.grant{Guid.NewGuid():n}", code.Nonce);
        }

        var refresh = $"{region}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        _refresh[refresh] = grant;
        var id = Sign("JWT", new() { ["iss"] = Issuer, ["aud"] = ConsoleSecret.ClientId, ["sub"] = $"{region}.person000000000000001", ["nonce"] = nonce });
        await AnswerAsync(context, 200, new { access_token = Token(grant), token_type = "Bearer", expires_in = 300, refresh_token = refresh, id_token = id });
    }

    private string Sign(string type, Dictionary<string, object> claims)
    {
        var input = $"{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["alg"] = "ES256", ["typ"] = type, ["kid"] = $"{region}-1" }))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{input}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
    }

    private static Task AnswerAsync(HttpContext context, int status, object body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(body));
    }
}
