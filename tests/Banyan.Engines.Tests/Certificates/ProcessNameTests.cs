using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Banyan.Engines.Certificates;

namespace Banyan.Engines.Tests.Certificates;

public class ProcessNameTests
{
    public static TheoryData<string, string?, ProcessRole, string> Names => new()
    {
        { "kai", "east-africa", ProcessRole.Cell, "banyan://kai/east-africa/cell" },
        { "kai", "west", ProcessRole.Keeper, "banyan://kai/west/keeper" },
        { "kai", null, ProcessRole.FrontDoor, "banyan://kai/front-door" },
        { "kai", null, ProcessRole.Consensus, "banyan://kai/consensus" },
        { "kai", null, ProcessRole.Supervisor, "banyan://kai/supervisor" },
        { "kai", null, ProcessRole.Operator, "banyan://kai/operator" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void ToString_Name_IsReadAgain(string platform, string? region, ProcessRole role, string text)
    {
        var name = new ProcessName(platform, region, role);
        name.ToString().ShouldBe(text);
        ProcessName.TryParse(text, out var read).ShouldBeTrue();
        read.ShouldBe(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("banyan://")]
    [InlineData("banyan://kai")]
    [InlineData("banyan://kai/cell")] // of no region
    [InlineData("banyan://kai/east/front-door")] // of a region
    [InlineData("banyan://kai/east/cell/")]
    [InlineData("banyan://kai/east/cell?x")]
    [InlineData("banyan://kai/east/../west/cell")]
    [InlineData("banyan://kai//cell")]
    [InlineData("banyan://kai/east/Cell")]
    [InlineData("banyan://KAI/east/cell")]
    [InlineData("BANYAN://kai/east/cell")]
    [InlineData("banyan://kai/east/cell ")]
    [InlineData("banyan://kai/e%61st/cell")]
    [InlineData("banyan://u@kai/east/cell")]
    [InlineData("https://kai/east/cell")]
    [InlineData("banyan://kai/-east/cell")]
    [InlineData("banyan://kai/east/root")]
    public void TryParse_AnythingElse_IsRefused(string text) => ProcessName.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Of_SeveralUris_NamesNobody() => ProcessName.Of(Certificate("banyan://kai/front-door", "banyan://kai/operator")).ShouldBeNull();

    [Fact]
    public void Of_NoUri_NamesNobody() => ProcessName.Of(Certificate()).ShouldBeNull();

    [Fact]
    public void Of_UriOfAnotherKind_NamesNobody() => ProcessName.Of(Certificate("spiffe://kai/east/cell")).ShouldBeNull();

    [Fact]
    public void Of_OneUriAmongOtherNames_NamesTheProcess() => ProcessName.Of(Certificate("banyan://kai/east/cell")).ShouldBe(new ProcessName("kai", "east", ProcessRole.Cell));

    private static X509Certificate2 Certificate(params string[] uris)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        foreach (var uri in uris)
            names.AddUri(new Uri(uri));
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(60));
    }
}
