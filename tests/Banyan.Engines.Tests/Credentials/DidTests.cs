using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Credentials;

public class DidTests
{
    /// <summary>The examples of the did:web Method Specification, and what follows from its rules.</summary>
    [Theory]
    [InlineData("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json")]
    [InlineData("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json")]
    [InlineData("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json")]
    [InlineData("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice/did.json")]
    [InlineData("did:web:localhost%3A8080:organisations:north", "https://localhost:8080/organisations/north/did.json")]
    public void Web_OfTheSpecification_LeadsThere(string did, string expected)
    {
        DidWeb.TryUrl(did, out var url, out var problem).ShouldBeTrue(problem);
        url!.AbsoluteUri.ShouldBe(expected);
    }

    [Theory]
    [InlineData("did:web:127.0.0.1")]
    [InlineData("did:web:127.1")]
    [InlineData("did:web:2130706433")]
    [InlineData("did:web:%5B%3A%3A1%5D")]
    [InlineData("did:web:user%40example.com")]
    [InlineData("did:web:Example.com")]
    [InlineData("did:web:example.com%3a3000")]
    [InlineData("did:web:example.com%3A0")]
    [InlineData("did:web:example.com%3A65536")]
    [InlineData("did:web:example.com%3A3000%3A1")]
    [InlineData("did:web:example.com%2Fevil")]
    [InlineData("did:web:example.com:..:secret")]
    [InlineData("did:web:example.com:.:a")]
    [InlineData("did:web:example.com:%2e%2e:a")]
    [InlineData("did:web:example.com:a%2Fb")]
    [InlineData("did:web:example.com::a")]
    [InlineData("did:web:example.com:")]
    [InlineData("did:web:-example.com")]
    [InlineData("did:web:example..com")]
    [InlineData("did:web:")]
    [InlineData("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")]
    [InlineData("did:web:example.com#key")]
    [InlineData("did:web:example.com\n")]
    public void Web_ThatIsNoneOrLeadsElsewhere_HasNoAddress(string did) => DidWeb.TryUrl(did, out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("https://localhost:8080", "did:web:localhost%3A8080:organisations:north")]
    [InlineData("https://kai.example/", "did:web:kai.example:organisations:north")]
    [InlineData("http://kai.example/", null)]
    [InlineData("https://10.0.0.7:8080", null)]
    [InlineData("https://[::1]:8080", null)]
    public void WebOf_AnAddress_IsItsDid(string origin, string? expected) => DidWeb.Of(new Uri(origin), "organisations", "north").ShouldBe(expected);

    [Fact]
    public void WebOf_ThenItsAddress_AreInverse() => Prop.ForAll(
        (from host in Gen.Elements("kai.example", "localhost", "a-b.c9.example", "xn--nxasmq6b.example")
         from port in Gen.Choose(1, 65535)
         from path in Gen.Elements("organisations", "x", "north-1", "a_b.c").ListOf()
         select (host, port, path)).ToArbitrary(),
        t =>
        {
            var did = DidWeb.Of(new Uri($"https://{t.host}:{t.port}"), [.. t.path]);
            DidWeb.TryUrl(did, out var url, out _).ShouldBeTrue(did);
            url!.ShouldBe(new Uri($"https://{t.host}:{t.port}/{(t.path.Count == 0 ? ".well-known" : string.Join('/', t.path))}/did.json"));
        }).QuickCheckThrowOnFailure();

    /// <summary>Test vectors of the did:key method (nist-curves.json).</summary>
    [Theory]
    [InlineData("did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns", "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM")]
    [InlineData("did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", "fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI", "hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU")]
    public void Key_OfP256_IsThePoint(string did, string x, string y)
    {
        var key = DidKey.KeyOf(did, out var problem);
        problem.ShouldBeNull();
        key.ShouldBe(new PublicJwk(PublicJwk.P256, x, y));
        DidKey.Of(key!).ShouldBe(did);
    }

    /// <summary>Test vectors of the did:key method (ed25519-x25519.json): the keys of the seeds 0 and 1.</summary>
    [Theory]
    [InlineData("did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS")]
    [InlineData("did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG", "6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt")]
    public void Key_OfEd25519_IsTheKey(string did, string base58)
    {
        var key = DidKey.KeyOf(did, out _)!;
        Base58.Encode(Base64UrlText.Decode(key.X)).ShouldBe(base58);
        key.Algorithm.ShouldBe("EdDSA");
        DidKey.Of(key).ShouldBe(did);
        var document = DidDocument.OfKey(did, out _)!;
        document.Authentication.Single().Id.ShouldBe($"{did}#{did["did:key:".Length..]}");
    }

    [Theory]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")] // secp256k1
    [InlineData("did:key:z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54")] // P-384
    [InlineData("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0")] // 0 is no digit
    [InlineData("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2d")]
    [InlineData("did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZ")]
    [InlineData("did:key:u6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")]
    [InlineData("did:key:z")]
    public void Key_OfAnotherKindOrDamaged_HasNone(string did)
    {
        DidKey.KeyOf(did, out var problem).ShouldBeNull();
        problem.ShouldNotBeNull();
    }

    /// <summary>The example of the did:jwk specification, and a key of the VC-JOSE-COSE specification.</summary>
    [Theory]
    [InlineData("did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9", "P-256", "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0")]
    [InlineData("did:jwk:eyJraWQiOiJ1cm46aWV0ZjpwYXJhbXM6b2F1dGg6andrLXRodW1icHJpbnQ6c2hhLTI1NjpGZk1iek9qTW1RNGVmVDZrdndUSUpqZWxUcWpsMHhqRUlXUTJxb2JzUk1NIiwia3R5IjoiT0tQIiwiY3J2IjoiRWQyNTUxOSIsImFsZyI6IkVkRFNBIiwieCI6IkFOUmpIX3p4Y0tCeHNqUlBVdHpSYnA3RlNWTEtKWFE5QVBYOU1QMWo3azQifQ", "Ed25519", "ANRjH_zxcKBxsjRPUtzRbp7FSVLKJXQ9APX9MP1j7k4")]
    public void Jwk_OfTheSpecifications_IsTheKey(string did, string curve, string x)
    {
        var document = DidDocument.OfKey(did, out var problem);
        problem.ShouldBeNull();
        document!.Assertion.Single().Id.ShouldBe(did + "#0");
        (document.Assertion[0].Key.Curve, document.Assertion[0].Key.X).ShouldBe((curve, x));
    }

    [Fact]
    public void Jwk_Thumbprint_IsThatOfItsName() =>
        // VC-JOSE-COSE names this key by its thumbprint (RFC 7638).
        new PublicJwk("Ed25519", "ANRjH_zxcKBxsjRPUtzRbp7FSVLKJXQ9APX9MP1j7k4", null).Thumbprint().ShouldBe("FfMbzOjMmQ4efT6kvwTIJjelTqjl0xjEIWQ2qobsRMM");

    [Fact]
    public void JwkOf_TheExample_IsTheExample()
    {
        const string Did = "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9";
        DidJwk.Of(DidJwk.KeyOf(Did, out _)!).ShouldBe(Did);
    }

    [Theory]
    [InlineData("""{"kty":"OKP","crv":"X25519","use":"enc","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}""")] // the specification's second example: not for signatures
    [InlineData("""{"crv":"P-256","kty":"EC","x":"acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0","y":"_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE","d":"AAAA"}""")]
    [InlineData("""{"crv":"P-256","kty":"EC","x":"acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0","y":"acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0"}""")]
    [InlineData("""{"crv":"P-256","kty":"EC","x":"acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0","y":"_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE","use":"enc"}""")]
    [InlineData("""{"crv":"P-256","kty":"EC","x":"acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0","y":"_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE","alg":"HS256"}""")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AAAA"}""")]
    [InlineData("""{"kty":"OKP","kty":"OKP","crv":"Ed25519","x":"ANRjH_zxcKBxsjRPUtzRbp7FSVLKJXQ9APX9MP1j7k4"}""")]
    [InlineData("[]")]
    public void Jwk_ThatIsNotTaken_HasNoKey(string jwk)
    {
        DidDocument.OfKey("did:jwk:" + Base64UrlText.Encode(System.Text.Encoding.UTF8.GetBytes(jwk)), out var problem).ShouldBeNull();
        problem.ShouldNotBeNull();
    }

    [Fact]
    public void Base58_AnyBytes_ComeBack() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>().Filter(static b => b.Length is > 0 and < 100), static bytes => Base58.Decode(Base58.Encode(bytes))!.ShouldBe(bytes)).QuickCheckThrowOnFailure();

    [Fact]
    public void Base58_TooLong_IsRefused() => Base58.Decode(new string('z', Base58.Longest + 1)).ShouldBeNull();
}
