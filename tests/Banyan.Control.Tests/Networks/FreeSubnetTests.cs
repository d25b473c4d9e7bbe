using Banyan.Control.Networks;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Networks;

public class FreeSubnetTests
{
    private const string Header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

    /// <summary>As this machine writes them: a default route, and 192.0.2.0/24.</summary>
    private const string Ordinary = Header
        + "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0                                                                               \n"
        + "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                               \n";

    [Theory]
    [InlineData(0, "198.18.0")]
    [InlineData(7, "198.18.7")]
    [InlineData(256, "198.19.0")]
    [InlineData(511, "198.19.255")]
    public void Choose_NothingInTheWay_BeginsWhereItIsTold(int start, string expected) => FreeSubnet.Choose(Ordinary, null, start).ShouldBe(expected);

    [Theory]
    [InlineData("000712C6", "00FFFFFF")] // 198.18.7.0/24
    [InlineData("020712C6", "FFFFFFFF")] // 198.18.7.2, alone
    public void Choose_RouteToPartOfIt_TakesTheNext(string destination, string mask) =>
        FreeSubnet.Choose(Ordinary + Route(destination, mask), null, 7).ShouldBe("198.18.8");

    [Fact]
    public void Choose_RouteToHalfOfAll_TakesTheOtherHalf() => FreeSubnet.Choose(Ordinary + Route("000012C6", "0000FFFF"), null, 7).ShouldBe("198.19.0");

    [Fact]
    public void Choose_LastOneFree_IsKept() => FreeSubnet.Choose(Ordinary, "198.19.3", 7).ShouldBe("198.19.3");

    [Fact]
    public void Choose_LastOneTaken_TakesAnother() => FreeSubnet.Choose(Ordinary + Route("000313C6", "00FFFFFF"), "198.19.3", 7).ShouldBe("198.18.7");

    [Fact]
    public void Choose_AllTaken_SaysSo() => Should.Throw<PlatformException>(() => FreeSubnet.Choose(Ordinary + Route("000012C6", "0000FEFF"), null, 7)).Message.ShouldContain("--networks");

    private static string Route(string destination, string mask) => $"x\t{destination}\t00000000\t0001\t0\t0\t0\t{mask}\t0\t0\t0\n";
}
