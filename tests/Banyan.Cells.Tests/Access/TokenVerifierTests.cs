using System.Collections.Immutable;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Tokens;

namespace Banyan.Cells.Tests.Access;

/// <summary>The verifier alone: everything that a signature can't mend.</summary>
public sealed class TokenVerifierTests : IDisposable
{
    private readonly TestIssuer _north = new("north");
    private readonly TestIssuer _south = new("south");
    private readonly TokenVerifier _verifier;

    public TokenVerifierTests() => _verifier = new TokenVerifier(new Keys(_north.Public, _south.Public), TestIssuer.Issuer, TestIssuer.Audience);

    [Fact]
    public void Verify_GoodToken_SaysWhoItIs()
    {
        var caller = Take(_north.Token(("kind", "staff"), ("roles", new[] { "reader" }), ("scope", "openid notes.notes.read"), ("acr", "aal2"), ("verification", 2), ("sid", "s1"), ("aud", new[] { "other", TestIssuer.Audience })));

        caller.Kind.ShouldBe(CallerKind.Staff);
        caller.Subject.ShouldBe("north.resident0000000000001");
        caller.Home.ShouldBe("north");
        caller.Roles.ShouldBe(["reader"]);
        caller.Scopes.ShouldBe(["openid", "notes.notes.read"]);
        (caller.Assurance, caller.Verification, caller.Session, caller.Client).ShouldBe((2, 2, "s1", "portal"));
    }

    [Theory]
    [InlineData("iss", "https://id.test.example/", TokenFault.Issuer)]
    [InlineData("iss", null, TokenFault.Issuer)]
    [InlineData("iss", 7, TokenFault.Claims)]
    [InlineData("aud", "tests", TokenFault.Audience)]
    [InlineData("aud", null, TokenFault.Audience)]
    [InlineData("exp", null, TokenFault.Claims)]
    [InlineData("exp", "4102444800", TokenFault.Claims)]
    [InlineData("exp", 4102444800, TokenFault.Claims)] // lives longer than any token may
    [InlineData("exp", -1, TokenFault.Claims)]
    [InlineData("iat", null, TokenFault.Claims)]
    [InlineData("jti", null, TokenFault.Claims)]
    [InlineData("client_id", null, TokenFault.Claims)]
    [InlineData("client_id", "a b", TokenFault.Claims)]
    [InlineData("sub", null, TokenFault.Claims)]
    [InlineData("sub", "", TokenFault.Claims)]
    [InlineData("sub", "north.", TokenFault.Claims)]
    [InlineData("sub", "northern.somebody", TokenFault.Claims)]
    [InlineData("sub", "south.somebody", TokenFault.Claims)]
    [InlineData("sub", "north.a/../b", TokenFault.Claims)]
    [InlineData("home", "south", TokenFault.Claims)]
    [InlineData("home", null, TokenFault.Claims)]
    [InlineData("kind", "platform", TokenFault.Claims)]
    [InlineData("kind", "Staff", TokenFault.Claims)]
    [InlineData("kind", null, TokenFault.Claims)]
    [InlineData("acr", "aal4", TokenFault.Claims)]
    [InlineData("acr", 3, TokenFault.Claims)]
    [InlineData("verification", 4, TokenFault.Claims)]
    [InlineData("verification", "3", TokenFault.Claims)]
    [InlineData("roles", "administrator", TokenFault.Claims)]
    [InlineData("sid", null, TokenFault.Claims)] // a person's token that could not be ended
    public void Verify_ClaimWrong_Refuses(string claim, object? value, TokenFault expected) => Refuse(_north.Token((claim, value))).ShouldBe(expected);

    [Theory]
    [InlineData("""{"alg":"none","typ":"at+jwt","kid":"north-1"}""", TokenFault.Algorithm)]
    [InlineData("""{"alg":"nOnE","typ":"at+jwt","kid":"north-1"}""", TokenFault.Algorithm)]
    [InlineData("""{"alg":"es256","typ":"at+jwt","kid":"north-1"}""", TokenFault.Algorithm)]
    [InlineData("""{"alg":"ES384","typ":"at+jwt","kid":"north-1"}""", TokenFault.Algorithm)]
    [InlineData("""{"alg":"RS256","typ":"at+jwt","kid":"north-1"}""", TokenFault.Algorithm)]
    [InlineData("""{"typ":"at+jwt","kid":"north-1"}""", TokenFault.Algorithm)]
    [InlineData("""{"alg":["ES256"],"typ":"at+jwt","kid":"north-1"}""", TokenFault.Malformed)]
    [InlineData("""{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"north-1"}""", TokenFault.Malformed)]
    [InlineData("""{"alg":"ES256","\u0061lg":"none","typ":"at+jwt","kid":"north-1"}""", TokenFault.Malformed)]
    [InlineData("""{"alg":"ES256","typ":"JWT","kid":"north-1"}""", TokenFault.Type)]
    [InlineData("""{"alg":"ES256","kid":"north-1"}""", TokenFault.Type)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"north-1","crit":["exp"],"exp":1}""", TokenFault.Header)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"north-1","b64":false}""", TokenFault.Header)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"north-1","jku":"https://evil.example/keys"}""", TokenFault.Header)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","jwk":{"kty":"EC"}}""", TokenFault.Header)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""", TokenFault.UnknownKey)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":""}""", TokenFault.UnknownKey)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"North-1"}""", TokenFault.UnknownKey)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"../../../../dev/null"}""", TokenFault.UnknownKey)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"' OR 1=1 --"}""", TokenFault.UnknownKey)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"south-1"}""", TokenFault.Signature)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":7}""", TokenFault.Malformed)]
    [InlineData("""["ES256"]""", TokenFault.Malformed)]
    [InlineData("""{"alg":"ES256","typ":"at+jwt","kid":"north-1"} {}""", TokenFault.Malformed)]
    [InlineData("", TokenFault.Malformed)]
    public void Verify_HeaderWrong_Refuses(string header, TokenFault expected) => Refuse(_north.Sign(_north.Claims(), header)).ShouldBe(expected);

    [Fact]
    public void Verify_ClaimTwice_Refuses() =>
        Refuse(_north.Sign(_north.Claims(("roles", new[] { "reader" }))[..^1] + ",\"roles\":[\"administrator\"]}")).ShouldBe(TokenFault.Claims);

    [Fact]
    public void Verify_ClaimsAfterTheEnd_Refuses() => Refuse(_north.Sign(_north.Claims() + "{}")).ShouldBe(TokenFault.Claims);

    [Fact]
    public void Verify_DeepClaims_Refuses() =>
        Refuse(_north.Sign(_north.Claims()[..^1] + ",\"x\":" + new string('[', 200) + new string(']', 200) + "}")).ShouldBe(TokenFault.Claims);

    [Fact]
    public void Verify_LongerThanAnyToken_RefusesUnread() => Refuse(_north.Token(("x", new string('x', 4000)))).ShouldBe(TokenFault.Malformed);

    [Fact]
    public void Verify_EverySingleCharacterChanged_Refuses()
    {
        var token = _north.Token();
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Refuse(changed).ShouldNotBe(TokenFault.None, changed);
        }
    }

    [Theory]
    [InlineData("=")]
    [InlineData("==")]
    [InlineData("\n")]
    [InlineData(" ")]
    [InlineData("A")]
    [InlineData(".")]
    [InlineData(".AAAA")]
    public void Verify_SomethingAfterTheSignature_Refuses(string more) => Refuse(_north.Token() + more).ShouldNotBe(TokenFault.None);

    [Fact]
    public void Verify_StrayBitsInTheSignature_Refuses()
    {
        // 64 bytes are 86 characters, the last of which has four bits that mean nothing.
        var token = _north.Token();
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        Refuse(token[..^1] + Alphabet[Alphabet.IndexOf(token[^1], StringComparison.Ordinal) | 1]).ShouldBe(TokenFault.Signature);
    }

    [Fact]
    public void Verify_KeyOfAnotherRegion_CantSpeakForThisOnes()
    {
        Take(_south.Token()).Home.ShouldBe("south");
        Refuse(_south.Token(("sub", "north.resident0000000000001"), ("home", "north"))).ShouldBe(TokenFault.Claims);
    }

    [Fact]
    public void Check_TimePasses_Expires()
    {
        _verifier.Verify(_north.Token(), out var token).ShouldBe(TokenFault.None);
        var now = DateTimeOffset.UtcNow;
        var keys = new Keys(_north.Public);

        token.ShouldNotBeNull();
        token.Check(keys, now.UtcTicks).ShouldBe(TokenFault.None);
        token.Check(keys, now.AddSeconds(301).UtcTicks).ShouldBe(TokenFault.Expired);
        token.Check(keys, now.AddSeconds(-60).UtcTicks).ShouldBe(TokenFault.NotYet);
        token.Check(new Keys(), now.UtcTicks).ShouldBe(TokenFault.UnknownKey);
        token.Check(keys with { Ended = token.Caller.Session }, now.UtcTicks).ShouldBe(TokenFault.Ended);
    }

    public void Dispose()
    {
        _north.Dispose();
        _south.Dispose();
    }

    private Caller Take(string token)
    {
        _verifier.Verify(token, out var verified).ShouldBe(TokenFault.None);
        return verified!.Caller;
    }

    private TokenFault Refuse(string token)
    {
        var fault = _verifier.Verify(token, out var verified);
        (verified is null).ShouldBe(fault != TokenFault.None);
        return fault;
    }

    private sealed record Keys(params SigningKey[] All) : IAccessDirectory
    {
        public string? Ended { get; init; }

        public ImmutableArray<SigningKey> SigningKeys => [.. All];

        public SigningKey? FindSigningKey(string keyId) => All.FirstOrDefault(k => k.KeyId == keyId);

        public ApiKeyEntry? FindApiKey(string id) => null;

        public bool IsEnded(string session) => session == Ended;
    }
}
