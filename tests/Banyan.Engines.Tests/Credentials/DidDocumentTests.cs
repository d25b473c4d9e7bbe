using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Tests.Credentials;

public class DidDocumentTests
{
    private const string Id = "did:web:kai.example:organisations:north";
    private static readonly PublicJwk Key = MakeKey();

    [Fact]
    public void Write_ThenRead_IsTheSame()
    {
        var document = new DidDocument { Id = Id, Assertion = [new($"{Id}#one", Key), new($"{Id}#two", MakeKey())], Authentication = [new($"{Id}#one", Key)], Services = [new($"{Id}#s", "Organisations", "https://kai.example/")] };

        var read = DidDocument.Read(document.ToBytes(), Id, out var problem);

        problem.ShouldBeNull();
        read!.Assertion.ShouldBe(document.Assertion);
        read.Authentication.ShouldBe(document.Authentication);
        document.ToBytes().ShouldBe(document.ToBytes());
    }

    [Fact]
    public void Read_OfAnotherDid_IsRefused()
    {
        var bytes = new DidDocument { Id = "did:web:kai.example:organisations:south" }.ToBytes();
        DidDocument.Read(bytes, Id, out var problem).ShouldBeNull();
        problem!.ShouldContain("not of " + Id);
    }

    [Fact]
    public void Read_KeysInTheListItself_AreTaken()
    {
        var read = Read($$"""{"id":"{{Id}}","assertionMethod":[{{Method($"{Id}#one", Id)}}]}""");
        read!.Assertion.Single().Key.ShouldBe(Key);
        read.Authentication.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("#one", Id)] // relative: which key that is would be for the reader to guess
    [InlineData("did:web:evil.example#one", Id)]
    [InlineData(Id + "#one", "did:web:evil.example")]
    [InlineData(Id + "?x#one", Id)]
    public void Read_KeysOfOthersOrRelative_AreLeftOut(string id, string controller) =>
        Read($$"""{"id":"{{Id}}","verificationMethod":[{{Method(id, controller)}}],"assertionMethod":["{{id}}"]}""")!.Assertion.ShouldBeEmpty();

    [Fact]
    public void Read_AKeyThatNoPurposeNames_IsForNone() =>
        Read($$"""{"id":"{{Id}}","verificationMethod":[{{Method($"{Id}#one", Id)}}]}""")!.Assertion.ShouldBeEmpty();

    [Theory]
    [InlineData("""{"id":"did:web:kai.example:organisations:north","id":"did:web:kai.example:organisations:north"}""")]
    [InlineData("""{"@context":["https://www.w3.org/ns/credentials/v2"],"id":"did:web:kai.example:organisations:north"}""")]
    [InlineData("""{"id":"did:web:kai.example:organisations:north","verificationMethod":{}}""")]
    [InlineData("""{"id":"did:web:kai.example:organisations:north","verificationMethod":["did:web:kai.example:organisations:north#one"]}""")]
    [InlineData("""{"id":5}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void Read_WhatIsNone_IsRefused(string json) => Read(json).ShouldBeNull();

    [Fact]
    public void Read_TooLargeOrTooManyKeys_IsRefused()
    {
        Read($$"""{"id":"{{Id}}","x":"{{new string('x', DidDocument.Longest)}}"}""").ShouldBeNull();
        Read($$"""{"id":"{{Id}}","verificationMethod":[{{string.Join(',', Enumerable.Repeat("{}", 101))}}]}""").ShouldBeNull();
    }

    private static DidDocument? Read(string json) => DidDocument.Read(Encoding.UTF8.GetBytes(json), Id, out _);

    private static string Method(string id, string controller) =>
        $$"""{"publicKeyJwk":{"kty":"EC","crv":"P-256","x":"{{Key.X}}","y":"{{Key.Y}}"},"id":"{{id}}","type":"JsonWebKey","controller":"{{controller}}"}""";

    private static PublicJwk MakeKey()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return PublicJwk.Of(pair);
    }
}
