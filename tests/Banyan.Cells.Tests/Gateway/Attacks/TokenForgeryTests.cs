using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>Tokens that were never issued, or not for this, against a real cell. Each is refused, and the same claims honestly signed are not.</summary>
public sealed class TokenForgeryTests : IAsyncLifetime
{
    private AccessCell? _cell;

    private AccessCell Cell => _cell!;

    // A cell for each test: an address that fails too often is not looked at any more.
    public async ValueTask InitializeAsync() => _cell = await AccessCell.StartAsync();

    public ValueTask DisposeAsync() => _cell?.DisposeAsync() ?? default;

    [Fact]
    public async Task Honest_Token_IsTaken() => (await AskAsync(Cell.North.Sign(Administrator()))).ShouldBe(200);

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    public async Task AlgNone_IsRefused(string alg)
    {
        var head = TestIssuer.Encode($$"""{"alg":"{{alg}}","typ":"at+jwt","kid":"{{Cell.North.KeyId}}"}""");
        await RefusedAsync($"{head}.{TestIssuer.Encode(Administrator())}.");
        await RefusedAsync($"{head}.{TestIssuer.Encode(Administrator())}");
        await RefusedAsync($"{head}.{TestIssuer.Encode(Administrator())}.{Cell.North.Token().Split('.')[2]}");
    }

    [Fact]
    public async Task KeyConfusion_HmacByThePublicKey_IsRefused()
    {
        var key = Cell.North.Public;
        byte[][] secrets = [Encoding.ASCII.GetBytes(Cell.North.PublicPem), Base64Url.DecodeFromChars(key.X), Encoding.ASCII.GetBytes(key.X), Encoding.ASCII.GetBytes($$"""{"kty":"EC","crv":"P-256","x":"{{key.X}}","y":"{{key.Y}}"}""")];
        foreach (var secret in secrets)
        {
            var input = $"{TestIssuer.Encode($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{key.KeyId}}"}""")}.{TestIssuer.Encode(Administrator())}";
            await RefusedAsync($"{input}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)))}");
        }
    }

    [Theory]
    [InlineData("../../../../../../dev/null")]
    [InlineData("/proc/self/environ")]
    [InlineData("' UNION SELECT 'key' --")]
    [InlineData("north-1\0")]
    [InlineData("access/signing/north-1")]
    [InlineData("")]
    [InlineData("nobody")]
    public async Task KidTrick_IsRefused(string kid)
    {
        using var own = new TestIssuer("north", kid);
        await RefusedAsync(own.Sign(Administrator(), $$"""{"alg":"ES256","typ":"at+jwt","kid":{{System.Text.Json.JsonSerializer.Serialize(kid)}}}"""));
    }

    [Fact]
    public async Task Kid_OfAKeyThatIsNotTheSigners_IsRefused()
    {
        using var own = new TestIssuer("north");
        await RefusedAsync(own.Sign(Administrator())); // north-1, which is another's
    }

    [Fact]
    public async Task KeyInTheHeader_IsRefused()
    {
        using var own = new TestIssuer("north");
        var jwk = $$"""{"kty":"EC","crv":"P-256","x":"{{own.Public.X}}","y":"{{own.Public.Y}}"}""";
        await RefusedAsync(own.Sign(Administrator(), $$"""{"alg":"ES256","typ":"at+jwt","jwk":{{jwk}}}"""));
        await RefusedAsync(own.Sign(Administrator(), $$"""{"alg":"ES256","typ":"at+jwt","kid":"north-1","jwk":{{jwk}}}"""));
        await RefusedAsync(own.Sign(Administrator(), """{"alg":"ES256","typ":"at+jwt","kid":"north-1","jku":"https://evil.example/jwks"}"""));
    }

    [Fact]
    public async Task Expired_IsRefused()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await RefusedAsync(Cell.North.Sign(Administrator(("exp", now - 1), ("iat", now - 300))), "expired");
    }

    [Fact]
    public async Task Expired_WhileItWasRemembered_IsRefused()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var token = Cell.North.Sign(Administrator(("exp", now + 2)));
        (await AskAsync(token)).ShouldBe(200);
        await Eventually.HoldsAsync(async () => (await AskAsync(token)).Status == 401, "it expires");
    }

    [Fact]
    public async Task NotYetValid_IsRefused()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await RefusedAsync(Cell.North.Sign(Administrator(("nbf", now + 60))), "not valid yet");
        await RefusedAsync(Cell.North.Sign(Administrator(("iat", now + 60), ("exp", now + 300))), "not valid yet");
    }

    [Fact]
    public async Task WrongAudience_IsRefused() => await RefusedAsync(Cell.North.Sign(Administrator(("aud", "another"))), "audience");

    [Fact]
    public async Task WrongIssuer_IsRefused() => await RefusedAsync(Cell.North.Sign(Administrator(("iss", "https://id.evil.example"))), "issuer");

    [Theory]
    [InlineData("JWT")] // an identity token, which its client may pass around
    [InlineData("logout+jwt")]
    [InlineData("at+jwt;x")]
    public async Task WrongType_IsRefused(string type) => await RefusedAsync(Cell.North.Sign(Administrator(), $$"""{"alg":"ES256","typ":"{{type}}","kid":"north-1"}"""));

    [Fact]
    public async Task CriticalHeader_IsRefused() => await RefusedAsync(Cell.North.Sign(Administrator(), """{"alg":"ES256","typ":"at+jwt","kid":"north-1","crit":["b64"],"b64":true}"""));

    [Fact]
    public async Task MemberTwice_IsRefused()
    {
        await RefusedAsync(Cell.North.Sign(Cell.North.Claims(("kind", "staff"), ("roles", new[] { "reader" }))[..^1] + ",\"roles\":[\"administrator\"]}"));
        await RefusedAsync(Cell.North.Sign(Administrator(), """{"alg":"ES256","typ":"at+jwt","kid":"nobody","kid":"north-1"}"""));
    }

    [Fact]
    public async Task Oversized_IsRefused()
    {
        await RefusedAsync(Cell.North.Sign(Administrator(("x", new string('x', 4096)))));
        await RefusedAsync(new string('a', 6000) + "." + new string('b', 100) + "." + new string('c', 86));
    }

    [Fact]
    public async Task EndedSession_Replayed_IsRefusedAtOnce()
    {
        var token = Cell.North.Sign(Administrator(("sid", "session-1")));
        (await AskAsync(token)).ShouldBe(200);

        await Cell.Directory.EndSessionAsync("session-1", DateTimeOffset.UtcNow.AddMinutes(5), CancellationToken.None);

        await RefusedAsync(token, "session was ended");
        await RefusedAsync(Cell.North.Sign(Administrator(("sid", "session-1"))), "session was ended");
        (await AskAsync(Cell.North.Sign(Administrator(("sid", "session-2"))))).ShouldBe(200);
    }

    /// <summary>Of an ECDSA signature (r, s) also (r, n - s) verifies: another text for the same token, which must not live longer than it.</summary>
    [Fact]
    public async Task Malleability_TheOtherSignature_DiesWithTheSession()
    {
        var token = Cell.North.Sign(Administrator(("sid", "session-m")));
        var other = OtherSignature(token);
        (await AskAsync(token)).ShouldBe(200);
        (await AskAsync(other)).Text.ShouldBe((await AskAsync(token)).Text);

        await Cell.Directory.EndSessionAsync("session-m", DateTimeOffset.UtcNow.AddMinutes(5), CancellationToken.None);

        await RefusedAsync(token, "session was ended");
        await RefusedAsync(other, "session was ended");
    }

    [Fact]
    public async Task AnotherRegionsKey_ForASubjectOfThisOne_IsRefused() =>
        await RefusedAsync(Cell.South.Sign(Cell.South.Claims(("sub", "north.admin"), ("home", "north"), ("kind", "staff"), ("roles", new[] { "administrator" }))));

    [Fact]
    public async Task KeyWithdrawn_ItsTokensAreRefused()
    {
        var token = Cell.North.Sign(Administrator());
        (await AskAsync(token)).ShouldBe(200);

        await Cell.Directory.PublishSigningKeyAsync(Cell.North.Public with { NotAfter = DateTimeOffset.UtcNow.AddSeconds(-1) }, CancellationToken.None);

        await RefusedAsync(token);
    }

    [Fact]
    public async Task Refusal_SaysNothingThatHelpsToForge()
    {
        using var own = new TestIssuer("north");
        var wrongSignature = await AskAsync(own.Sign(Administrator()));
        var wrongClaims = await AskAsync(Cell.North.Sign(Administrator(("kind", "platform"))));
        wrongSignature.Detail.ShouldBe("The token is not valid.");
        wrongClaims.Detail.ShouldBe(wrongSignature.Detail);
    }

    private string Administrator(params (string, object?)[] changes) => Cell.North.Claims([("kind", "staff"), ("roles", new[] { "administrator" }), .. changes]);

    private Task<Answer> AskAsync(string token) => Cell.GetAsync("/notes/v1/notes", token);

    private async Task RefusedAsync(string token, string? says = null)
    {
        var answer = (await AskAsync(token)).ShouldBe(401, "unauthenticated");
        answer.Header("WWW-Authenticate")!.ShouldContain("invalid_token");
        if (says is not null)
            answer.Detail.ShouldContain(says);
    }

    private static string OtherSignature(string token)
    {
        var order = BigInteger.Parse("0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var at = token.LastIndexOf('.') + 1;
        var signature = Base64Url.DecodeFromChars(token.AsSpan(at));
        var s = order - new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        signature.AsSpan(32).Clear();
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(signature.AsSpan(64 - bytes.Length));
        return token[..at] + Base64Url.EncodeToString(signature);
    }
}
