using System.Net;
using System.Security.Cryptography.X509Certificates;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;

namespace Banyan.Control.Tests.Certificates;

public sealed class PlatformCertificatesTests : IDisposable
{
    private readonly DataFolder _data = new(Directory.CreateTempSubdirectory("banyan-certificates-").FullName);
    private readonly WallClock _time = new() { Now = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) };
    private readonly List<string> _said = [];

    [Fact]
    public void Prepare_EveryProcess_HasAFileOfItsOwnThatNamesIt()
    {
        using var certificates = Prepare(Platform());
        Dictionary<string, string> expected = new(StringComparer.Ordinal)
        {
            ["supervisor"] = "banyan://kai/supervisor",
            ["operator"] = "banyan://kai/operator",
            ["consensus"] = "banyan://kai/consensus",
            ["keeper-east"] = "banyan://kai/east/keeper",
            ["keeper-west"] = "banyan://kai/west/keeper",
            ["cell-east"] = "banyan://kai/east/cell",
            ["cell-west"] = "banyan://kai/west/cell",
            ["database-east"] = "banyan://kai/east/database",
            ["database-west"] = "banyan://kai/west/database",
            ["rewind-east"] = "banyan://kai/east/database",
            ["rewind-west"] = "banyan://kai/west/database",
            ["front-door"] = "banyan://kai/front-door",
            ["front-door-2"] = "banyan://kai/front-door",
        };
        foreach (var (process, name) in expected)
        {
            $"{ProcessName.Of(Read(process))}".ShouldBe(name);
            File.GetUnixFileMode(_data.Certificate(process)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, process);
        }

        Directory.GetFiles(_data.Certificates).Select(Path.GetFileName).ShouldBe([.. expected.Keys.Select(static k => $"{k}.pem"), "public.pem", "root.key", "root.pem"], ignoreOrder: true);
        expected.Keys.Select(k => Read(k).GetPublicKeyString()).ShouldBeUnique();
    }

    /// <summary>Private databases let in whose certificate's common name is the role.</summary>
    [Theory]
    [InlineData("cell-east", "banyan_cell")]
    [InlineData("keeper-east", "banyan_keeper")]
    [InlineData("database-east", "banyan_replication")]
    [InlineData("rewind-east", "banyan_keeper")]
    [InlineData("operator", "kai Operator")]
    [InlineData("front-door", "kai FrontDoor")]
    [InlineData("consensus", "kai Consensus")]
    [InlineData("supervisor", "kai Supervisor")]
    [InlineData("public", "kai front door")]
    public void Prepare_CommonName_IsTheOneRoleThatItMayLogInAs(string process, string name)
    {
        using var certificates = Prepare(Platform());
        Read(process).GetNameInfo(X509NameType.SimpleName, forIssuer: false).ShouldBe(name);
    }

    [Fact]
    public void Prepare_PublicCertificate_IsForThisMachineAndWhatWasNamed()
    {
        using var certificates = Prepare(Platform());
        var names = Read("public").Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        names.EnumerateDnsNames().ShouldContain("localhost");
        names.EnumerateDnsNames().ShouldContain("kai.example");
        names.EnumerateIPAddresses().ShouldContain(IPAddress.Loopback);
        names.EnumerateIPAddresses().ShouldContain(FrontDoorState.AddressOf(1));
    }

    [Fact]
    public void Prepare_OperatorsOwnCertificate_NoneIsMadeForTheWorld()
    {
        using var certificates = Prepare(Platform() with { Tls = new TlsState("/etc/front.pem") });
        File.Exists(_data.Certificate("public")).ShouldBeFalse();
    }

    [Fact]
    public void Renew_BeforeTwoThirdsOfTheirLife_NothingChanges()
    {
        using var certificates = Prepare(Platform());
        var before = Read("cell-east").SerialNumber;
        _time.Now += TimeSpan.FromHours(16) - TimeSpan.FromSeconds(1);
        certificates.RenewIfDue(_said.Add).ShouldBeFalse();
        Read("cell-east").SerialNumber.ShouldBe(before);
    }

    [Fact]
    public void Renew_AtTwoThirdsOfTheirLife_IssuesAllAnewAndTheOldOnesHoldOn()
    {
        using var certificates = Prepare(Platform());
        var (before, front) = (Read("cell-east"), Read("public"));
        _time.Now += TimeSpan.FromHours(16);
        certificates.RenewIfDue(_said.Add).ShouldBeTrue();
        var after = Read("cell-east");
        ProcessName.Of(after).ShouldBe(ProcessName.Of(before));
        after.SerialNumber.ShouldNotBe(before.SerialNumber);
        after.NotBefore.ShouldBeLessThan(before.NotAfter); // overlap
        Read("public").SerialNumber.ShouldNotBe(front.SerialNumber);
        certificates.RenewIfDue(_said.Add).ShouldBeFalse();
        _said.ShouldHaveSingleItem().ShouldContain("2026-03-03 04:00:00Z");
    }

    [Fact]
    public void Renew_AProcess_TakesItUpByItself()
    {
        var platform = Platform();
        using var certificates = Prepare(platform);
        using var links = platform.Join(_data, "cell-east", _time).Links.ShouldNotBeNull();
        links.Look().ShouldBeFalse();
        _time.Now += TimeSpan.FromHours(20);
        certificates.RenewIfDue(_said.Add).ShouldBeTrue();
        links.Look().ShouldBeTrue();
    }

    [Fact]
    public void Renew_FolderCanNotBeWritten_SaysUntilWhenTheOldOnesHold()
    {
        using var certificates = Prepare(Platform());
        _time.Now += TimeSpan.FromHours(17);
        Directory.Move(_data.Certificates, _data.Certificates + ".away");
        certificates.RenewIfDue(_said.Add).ShouldBeFalse();
        _said.ShouldHaveSingleItem().ShouldContain("hold until 2026-03-02 12:00:00Z");
        Directory.Move(_data.Certificates + ".away", _data.Certificates);
        certificates.RenewIfDue(_said.Add).ShouldBeTrue();
    }

    [Fact]
    public void Prepare_RootKeyThatOthersCanRead_IsRefusedInOneLine()
    {
        Prepare(Platform()).Dispose();
        var key = CertificateAuthority.KeyFile(_data.Certificates);
        File.SetUnixFileMode(key, File.GetUnixFileMode(key) | UnixFileMode.OtherRead);
        Should.Throw<PlatformException>(() => Prepare(Platform())).Message.ShouldContain($"chmod 600 {key}");
    }

    [Fact]
    public void Known_EveryPortOfAProcessThatOthersAsk_IsNamed()
    {
        var platform = Platform();
        var known = ProcessLinks.Known(platform).ToDictionary(static k => k.Key.Port, static k => $"{k.Value}");
        known[20001].ShouldBe("banyan://kai/east/cell");
        known[20002].ShouldBe("banyan://kai/east/keeper");
        known[20003].ShouldBe("banyan://kai/west/cell");
        known[20004].ShouldBe("banyan://kai/west/keeper");
        known[20011].ShouldBe("banyan://kai/west/cell"); // of east's partition
        known[20012].ShouldBe("banyan://kai/east/cell");
        known[20010].ShouldBe("banyan://kai/consensus");
        known.Count.ShouldBe(7);
    }

    [Fact]
    public void Join_LinksArePlain_ChangesNothing()
    {
        var platform = Platform() with { Tls = null };
        platform.Join(_data, "cell-east", _time).ShouldBeSameAs(platform);
    }

    [Fact]
    public void Join_NoCertificate_SaysWhere() =>
        Should.Throw<PlatformException>(() => Platform().Join(_data, "cell-east", _time)).Message.ShouldContain(_data.Certificates);

    [Fact]
    public void Join_FrontDoorStartedByHand_IsAFrontDoor()
    {
        using var certificates = Prepare(Platform());
        using var links = Platform().Join(_data, "front-door-7", _time).Links.ShouldNotBeNull();
        $"{links.Me}".ShouldBe("banyan://kai/front-door");
    }

    [Fact]
    public void StateFile_Links_AreNotInIt()
    {
        using var certificates = Prepare(Platform());
        var platform = Platform().Join(_data, "operator", _time);
        using var links = platform.Links;
        PlatformStateFile.Write(_data, platform);
        File.ReadAllText(_data.StateFile).ShouldNotContain("links");
        PlatformStateFile.Read(_data)!.Tls.ShouldBe(new TlsState());
    }

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);

    private static PlatformState Platform()
    {
        var platform = TestPlatform.State();
        return platform with
        {
            Tls = new TlsState(),
            Consensus = new ConsensusState(ConsensusState.Single, [new ConsensusMember("consensus", 20010)]),
            FrontDoors = [new FrontDoorState("front-door", 20000), new FrontDoorState("front-door-2", 20009)],
            Partitions = [WithCell(platform.Partitions[0], 20011), WithCell(platform.Partitions[1], 20012)],
        };

        static PartitionState WithCell(PartitionState partition, int port) => partition with { Databases = [partition.Databases[0], partition.Databases[1] with { CellPort = port }] };
    }

    private PlatformCertificates Prepare(PlatformState platform) => PlatformCertificates.Prepare(platform, _data, _time, ["kai.example"]);

    private X509Certificate2 Read(string process) => X509Certificate2.CreateFromPem(File.ReadAllText(_data.Certificate(process)));

    private sealed class WallClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
