using System.Net;
using System.Net.Sockets;
using Banyan.Control.Networks;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Networks;

/// <summary>Real namespaces; skipped where this machine or user may not have them.</summary>
public sealed class RegionNetworksTests : IDisposable
{
    private readonly PlatformState _platform = Addressed(TestPlatform.State());

    public RegionNetworksTests() => Assert.SkipUnless(RegionNetworks.FindProblem() is null && Allowed(_platform), "this user or machine may not make network namespaces");

    [Fact]
    public void Create_ThenRemove_LeavesNothing()
    {
        Names().Order(StringComparer.Ordinal).ShouldBe([Router, $"{Router}-east", $"{Router}-west"]);
        File.Exists(RegionNetworks.PathOf(_platform, "east")).ShouldBeTrue();
        RegionNetworks.Remove(_platform.InstanceId).ShouldBeNull();
        Names().ShouldBeEmpty();
        Directory.Exists($"/sys/class/net/{NetworkNames.HostLink(_platform.InstanceId)}").ShouldBeFalse();
        RegionNetworks.Remove(_platform.InstanceId).ShouldBeNull();
    }

    [Fact]
    public async Task Make_RegionFromEverything_IsSilentUntilHealed()
    {
        await Knock("east").ShouldThrowAsync<SocketException>(); // Nobody listens, says its machine: the way is open.
        NetworkCuts.Make(_platform, new NetworkCut(_platform.FindRegion("east")!.Address)).ShouldBeNull();
        await Knock("east").ShouldThrowAsync<OperationCanceledException>();
        await Knock("west").ShouldThrowAsync<SocketException>();
        NetworkCuts.Heal(_platform.InstanceId).ShouldBeNull();
        await Knock("east").ShouldThrowAsync<SocketException>();
    }

    [Fact]
    public async Task Make_OnePortOfTheHost_LeavesOthersOpen()
    {
        using var listener = new TcpListener(IPAddress.Parse(_platform.Networks!.Host), 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        NetworkCuts.Make(_platform, new NetworkCut(_platform.FindRegion("east")!.Address, _platform.Networks.Host, port)).ShouldBeNull();
        (await ConnectsAsync("east", port)).ShouldBeFalse();
        (await ConnectsAsync("west", port)).ShouldBeTrue();
        await Knock("east").ShouldThrowAsync<SocketException>();
        NetworkCuts.Heal(_platform.InstanceId).ShouldBeNull();
        (await ConnectsAsync("east", port)).ShouldBeTrue();
    }

    [Fact]
    public void Heal_PlatformThatIsGone_HasNothingToDo() => NetworkCuts.Heal(Guid.NewGuid().ToString("N")).ShouldBeNull();

    [Fact]
    public void Make_PlatformThatIsGone_SaysWhy() => NetworkCuts.Make(TestPlatform.State(), new NetworkCut("198.18.0.11")).ShouldNotBeNull();

    public void Dispose() => RegionNetworks.Remove(_platform.InstanceId);

    private string Router => NetworkNames.Router(_platform.InstanceId);

    private IEnumerable<string> Names() => Directory.GetFiles(NetworkNames.Folder).Select(f => Path.GetFileName(f)!).Where(n => NetworkNames.IsOf(_platform.InstanceId, n));

    private static PlatformState Addressed(PlatformState platform)
    {
        var networks = RegionNetworks.Choose(null);
        return platform with { Networks = networks, Regions = [.. platform.Regions.Select((r, i) => r with { Address = $"{networks.Prefix}.{RegionNetworks.FirstRegion + i}" })] };
    }

    private static bool Allowed(PlatformState platform)
    {
        try
        {
            RegionNetworks.Create(platform);
            return true;
        }
        catch (PlatformException)
        {
            return false;
        }
    }

    /// <summary>From the machine to a port of a region where nobody listens: refused, or silent.</summary>
    private Func<Task> Knock(string region) => async () =>
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_platform.FindRegion(region)!.EndPoint(9), patience.Token);
    };

    /// <summary>From inside a region to the machine.</summary>
    private async Task<bool> ConnectsAsync(string region, int port)
    {
        using var process = System.Diagnostics.Process.Start("nsenter", [$"--net={RegionNetworks.PathOf(_platform, region)}", "timeout", "0.7", "bash", "-c", $"exec 3<>/dev/tcp/{_platform.Networks!.Host}/{port}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }
}
