using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Banyan.Engines.Certificates;

namespace Banyan.Engines.Tests.Certificates;

public sealed class CertificateAuthorityTests : IDisposable
{
    private static readonly ProcessName Cell = new("kai", "east", ProcessRole.Cell);

    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-ca-").FullName;
    private readonly SetTime _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private string KeyFile => CertificateAuthority.KeyFile(_folder);

    private string RootFile => CertificateAuthority.RootFile(_folder);

    [Fact]
    public void OpenOrCreate_FirstTime_KeyIsForItsOwnerAlone()
    {
        using var authority = Open();
        File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(RootFile).ShouldNotContain("PRIVATE");
    }

    [Fact]
    public void OpenOrCreate_Again_IsTheSame()
    {
        Open().Dispose();
        var before = File.ReadAllText(RootFile);
        Open().Dispose();
        File.ReadAllText(RootFile).ShouldBe(before);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void OpenOrCreate_OthersHaveRightsToTheKey_IsRefusedWithTheRemedy(UnixFileMode others)
    {
        Open().Dispose();
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        Should.Throw<CertificatesException>(Open).Message.ShouldContain($"chmod 600 {KeyFile}");
    }

    [Fact]
    public void OpenOrCreate_KeyIsMissing_IsRefusedRatherThanReplaced()
    {
        Open().Dispose();
        var root = File.ReadAllText(RootFile);
        File.Delete(KeyFile);
        Should.Throw<CertificatesException>(Open).Message.ShouldContain("missing");
        File.ReadAllText(RootFile).ShouldBe(root);
    }

    [Fact]
    public void OpenOrCreate_KeyOfAnother_IsRefused()
    {
        Open().Dispose();
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyFile, other.ExportPkcs8PrivateKeyPem());
        Should.Throw<CertificatesException>(Open).Message.ShouldContain("don't belong together");
    }

    [Fact]
    public void OpenOrCreate_RootIsOver_IsRefused()
    {
        Open().Dispose();
        _time.Now += CertificateAuthority.RootLife;
        Should.Throw<CertificatesException>(Open).Message.ShouldContain("ends at");
    }

    [Fact]
    public void Issue_Process_IsNamedAndShortLivedAndVerifies()
    {
        using var authority = Open();
        using var certificate = X509Certificate2.CreateFromPem(authority.Issue(Cell, [IPAddress.Loopback]));
        ProcessName.Of(certificate).ShouldBe(Cell);
        new DateTimeOffset(certificate.NotAfter).ShouldBe(_time.Now + CertificateAuthority.LeafLife);
        new DateTimeOffset(certificate.NotBefore).ShouldBeLessThan(_time.Now);
        certificate.PublicKey.GetECDsaPublicKey()!.KeySize.ShouldBe(256);
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority.ShouldBeFalse();
        Verify(certificate, _time.Now).ShouldBeTrue();
        Verify(certificate, _time.Now + CertificateAuthority.LeafLife + TimeSpan.FromSeconds(1)).ShouldBeFalse();
    }

    [Fact]
    public void Issue_Twice_KeyAndSerialAreOthers()
    {
        using var authority = Open();
        using var first = X509Certificate2.CreateFromPem(authority.Issue(Cell, []));
        using var second = X509Certificate2.CreateFromPem(authority.Issue(Cell, []));
        second.SerialNumber.ShouldNotBe(first.SerialNumber);
        second.GetPublicKeyString().ShouldNotBe(first.GetPublicKeyString());
    }

    [Fact]
    public void IssuePublic_Hosts_NamesThemAndNoProcessAndIsForServersAlone()
    {
        using var authority = Open();
        using var certificate = X509Certificate2.CreateFromPem(authority.IssuePublic(["localhost", "127.0.0.1", "::1", "kai.example"]));
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        names.EnumerateDnsNames().ShouldBe(["localhost", "kai.example"]);
        names.EnumerateIPAddresses().ShouldBe([IPAddress.Loopback, IPAddress.IPv6Loopback]);
        ProcessName.Of(certificate).ShouldBeNull();
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(static o => o.Value).ShouldBe(["1.3.6.1.5.5.7.3.1"]);
    }

    [Fact]
    public void Write_FileThatOthersCouldRead_IsNotReused()
    {
        var file = Path.Combine(_folder, "cell.pem");
        File.WriteAllText(file + ".next", "left behind");
        File.SetUnixFileMode(file + ".next", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        using var authority = Open();
        CertificateAuthority.Write(file, authority.Issue(Cell, []));
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CertificateAuthority Open() => CertificateAuthority.OpenOrCreate(_folder, "kai", _time);

    private bool Verify(X509Certificate2 certificate, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(RootFile);
        return chain.Build(certificate);
    }
}
