using Banyan.Engines.Certificates;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Certificates;

public sealed class CurrentCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly List<string> _said = [];

    [Fact]
    public void Look_FileIsTheSame_TakesNothingOver()
    {
        using var current = Open(_authority.Issue(TestAuthority.Cell));
        var before = current.Context;
        current.Look().ShouldBeFalse();
        current.Context.ShouldBeSameAs(before);
        _said.ShouldBeEmpty();
    }

    [Fact]
    public void Look_FileWasRenewed_TakesItOverAndLeavesTheOldOneUsable()
    {
        var file = _authority.Issue(TestAuthority.Cell);
        using var current = Open(file);
        var before = current.Certificate;
        _authority.Issue(TestAuthority.Cell, file);
        current.Look().ShouldBeTrue();
        current.Certificate.SerialNumber.ShouldNotBe(before.SerialNumber);
        before.HasPrivateKey.ShouldBeTrue();
        _said.ShouldHaveSingleItem().ShouldContain("renewed");
    }

    [Fact]
    public void Look_FileIsDamaged_KeepsWhatThereWasAndSaysSoOnce()
    {
        var file = _authority.Issue(TestAuthority.Cell);
        using var current = Open(file);
        var before = current.Certificate.SerialNumber;
        var good = File.ReadAllText(file);
        File.WriteAllText(file, "not a certificate");
        current.Look().ShouldBeFalse();
        current.Look().ShouldBeFalse();
        current.Certificate.SerialNumber.ShouldBe(before);
        current.Problem.ShouldNotBeNull().ShouldContain(file);
        _said.ShouldHaveSingleItem();
        File.WriteAllText(file, good);
        current.Look().ShouldBeFalse(); // the same as before
        current.Problem.ShouldBeNull();
    }

    [Fact]
    public void Look_OthersMayReadTheKey_KeepsWhatThereWas()
    {
        var file = _authority.Issue(TestAuthority.Cell);
        using var current = Open(file);
        var before = current.Certificate.SerialNumber;
        _authority.Issue(TestAuthority.Cell, file);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.GroupRead);
        current.Look().ShouldBeFalse();
        current.Certificate.SerialNumber.ShouldBe(before);
        current.Problem.ShouldNotBeNull().ShouldContain("chmod 600");
    }

    [Fact]
    public void Open_KeyOfAnother_IsRefused()
    {
        var (certificate, key) = (_authority.Issue(TestAuthority.Cell), _authority.Issue(TestAuthority.Cell));
        Should.Throw<CertificatesException>(() => new CurrentCertificate(certificate, key, TimeProvider.System)).Message.ShouldContain("not its key");
    }

    [Fact]
    public void Open_NoFile_SaysWhich()
    {
        var missing = Path.Combine(_authority.Folder, "missing.pem");
        Should.Throw<CertificatesException>(() => Open(missing)).Message.ShouldContain(missing);
    }

    [Fact]
    public void Problem_AnyFailure_NeverTellsTheKey()
    {
        var file = _authority.Issue(TestAuthority.Cell);
        using var current = Open(file);
        var text = File.ReadAllText(file);
        File.WriteAllText(file, text.Replace("BEGIN CERTIFICATE", "BEGIN SOMETHING", StringComparison.Ordinal));
        current.Look().ShouldBeFalse();
        var secret = text[(text.IndexOf("BEGIN PRIVATE KEY", StringComparison.Ordinal) + 30)..][..40];
        _said.ShouldHaveSingleItem().ShouldNotContain(secret);
    }

    public void Dispose() => _authority.Dispose();

    private CurrentCertificate Open(string file) => new(file, file, TimeProvider.System, _said.Add);
}
