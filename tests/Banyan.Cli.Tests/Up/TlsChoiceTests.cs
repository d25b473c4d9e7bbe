using Banyan.Cli.Up;
using Banyan.Control.Platform;
using Banyan.Testing;

namespace Banyan.Cli.Tests.Up;

public sealed class TlsChoiceTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    [Fact]
    public void Make_Off_IsPlain() => TlsChoice.Make(Options() with { Tls = false }, null).ShouldBeNull();

    [Fact]
    public void Make_NothingSaid_IsOn() => TlsChoice.Make(Options(), null).ShouldBe(new TlsState());

    [Fact]
    public void Make_OffInTheLastRun_IsOnAgain() => TlsChoice.Make(Options(), State()).ShouldBe(new TlsState());

    [Fact]
    public void Make_On_IsOfThePlatformsAuthority() => TlsChoice.Make(Options() with { Tls = true }, null).ShouldBe(new TlsState());

    [Fact]
    public void Make_CertificateAlone_IsOn()
    {
        var file = _authority.IssuePublic();
        TlsChoice.Make(Options() with { TlsCertificate = file }, null).ShouldBe(new TlsState(file));
    }

    [Fact]
    public void Make_NothingNamed_FilesOfTheLastRunAreKept()
    {
        var file = _authority.IssuePublic();
        TlsChoice.Make(Options(), State() with { Tls = new TlsState(file) }).ShouldBe(new TlsState(file));
    }

    [Fact]
    public void Make_FileOfTheLastRunIsGone_SaysWhich() =>
        Should.Throw<CommandFailure>(() => TlsChoice.Make(Options(), State() with { Tls = new TlsState("/nowhere/front.pem") })).Message.ShouldContain("/nowhere/front.pem");

    [Fact]
    public void Make_CertificateWhereTlsIsOff_IsRefused() =>
        Should.Throw<CommandFailure>(() => TlsChoice.Make(Options() with { Tls = false, TlsCertificate = _authority.IssuePublic() }, null)).Message.ShouldContain("--tls off");

    [Fact]
    public void Make_KeyWithoutACertificate_IsRefused() =>
        Should.Throw<CommandFailure>(() => TlsChoice.Make(Options() with { TlsKey = _authority.IssuePublic() }, null)).Message.ShouldContain("--tls-certificate");

    [Fact]
    public void Make_KeyThatOthersCanRead_IsRefusedWithTheRemedy()
    {
        var file = _authority.IssuePublic();
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.OtherRead);
        Should.Throw<CommandFailure>(() => TlsChoice.Make(Options() with { TlsCertificate = file }, null)).Message.ShouldContain("chmod 600");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Peers_FirstRun_IsAsTheRestOfThePlatform(bool tls) =>
        TlsChoice.Peers(State() with { Tls = tls ? new TlsState() : null, Consensus = Etcd(false) }, null)!.SecurePeers.ShouldBe(tls);

    [Fact]
    public void Peers_FolderBeganPlain_StaysSo() =>
        TlsChoice.Peers(State() with { Tls = new TlsState(), Consensus = Etcd(false) }, State() with { Consensus = Etcd(false) })!.SecurePeers.ShouldBeFalse();

    [Fact]
    public void Peers_FolderBeganSecureAndTlsIsOff_IsRefused() =>
        Should.Throw<CommandFailure>(() => TlsChoice.Peers(State() with { Consensus = Etcd(false) }, State() with { Consensus = Etcd(true) })).Message.ShouldContain("etcd");

    [Fact]
    public void Peers_SingleStore_IsAsItWas()
    {
        var single = new ConsensusState(ConsensusState.Single, [new ConsensusMember("consensus", 1)]);
        TlsChoice.Peers(State() with { Tls = new TlsState(), Consensus = single }, null).ShouldBeSameAs(single);
    }

    public void Dispose() => _authority.Dispose();

    private static UpOptions Options() => new() { Data = "/nowhere", Cells = 6 };

    private static ConsensusState Etcd(bool secure) => new(ConsensusState.Etcd, [new ConsensusMember("consensus-1", 1, 2)]) { SecurePeers = secure };

    private static PlatformState State() => new() { Platform = "kai", InstanceId = "x", EntryPort = 1, Regions = [], Partitions = [] };
}
