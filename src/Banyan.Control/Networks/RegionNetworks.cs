using Banyan.Control.Platform;

namespace Banyan.Control.Networks;

/// <summary>
/// Gives each region of a platform on one machine a network of its own: a namespace with an address, linked (veth) to a
/// router that is a namespace too. The machine itself has one link to the router, and no setting of its own is changed.
/// <code>
/// machine .1 --- .2 router --- .11 east-africa
///                       \----- .12 west-africa
/// </code>
/// What the router drops between two of them is gone without a word, as between two places of the world
/// (docs/decisions/0340-regions-with-networks.md).
/// </summary>
public static class RegionNetworks
{
    /// <summary>The last number of the first region's address.</summary>
    public const int FirstRegion = 11;

    /// <summary>Why regions can't have networks here; null where they can.</summary>
    public static string? FindProblem() =>
        !Environment.IsPrivilegedProcess ? "--networks makes network namespaces, which only root may: run as root, or leave it out"
        : IpTool.Path is null ? "--networks needs ip of iproute2: apt-get install iproute2, or leave it out"
        : IpTool.Enter is null ? "--networks needs nsenter of util-linux: apt-get install util-linux, or leave it out"
        : null;

    /// <summary>A prefix that nothing on this machine uses.</summary>
    /// <param name="last">That of the last run.</param>
    /// <exception cref="PlatformException">None is free.</exception>
    public static NetworksState Choose(NetworksState? last) => new(FreeSubnet.Choose(File.ReadAllText("/proc/net/route"), last?.Prefix, Random.Shared.Next(512)));

    /// <summary>The file that stands for a region's namespace; null where the platform has no such networks.</summary>
    public static string? PathOf(PlatformState platform, string region)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return platform.Networks is null ? null : Path.Combine(NetworkNames.Folder, NetworkNames.Region(platform.InstanceId, region));
    }

    /// <summary>Makes all of a platform's networks; none may be there (<see cref="Remove"/>).</summary>
    /// <exception cref="PlatformException">This machine does not allow it; what was made is removed again.</exception>
    public static void Create(PlatformState platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.Networks is not { } networks)
            return;
        var error = MakeRouter(platform, networks);
        foreach (var region in platform.Regions)
            error ??= MakeRegion(platform, networks, region);
        if (error is null)
            return;
        Remove(platform.InstanceId);
        throw new PlatformException($"the regions can't have networks of their own here: {error}; leave --networks out");
    }

    /// <summary>Removes what is left of a platform's networks. Processes in them are to be gone.</summary>
    /// <returns>What can't be removed and why, in one line; null where nothing is left.</returns>
    public static string? Remove(string instanceId)
    {
        var names = Directory.Exists(NetworkNames.Folder)
            ? Directory.EnumerateFiles(NetworkNames.Folder).Select(static f => Path.GetFileName(f)!).Where(n => NetworkNames.IsOf(instanceId, n)).ToList()
            : [];
        string? error = null;
        // The link by itself: a namespace goes at its leisure, and its name may be wanted again at once.
        if (Directory.Exists($"/sys/class/net/{NetworkNames.HostLink(instanceId)}"))
            error = IpTool.Run(["link", "delete", NetworkNames.HostLink(instanceId)]);
        foreach (var name in names)
            error = IpTool.Run(["netns", "delete", name]) ?? error;
        return error is null ? null : $"the platform's networks are left ({string.Join(", ", names)}): {error}; `banyan down` as root removes them";
    }

    private static string? MakeRouter(PlatformState platform, NetworksState networks)
    {
        var (router, link) = (NetworkNames.Router(platform.InstanceId), NetworkNames.HostLink(platform.InstanceId));
        return IpTool.Run(["netns", "add", router])
            ?? IpTool.Run(["netns", "exec", router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"])
            ?? IpTool.Run([], $"""
                link add {link} type veth peer name host netns {router}
                addr add {networks.Host} peer {networks.Router} dev {link}
                link set {link} up
                route add {networks.Subnet} via {networks.Router} dev {link} src {networks.Host}

                """)
            ?? IpTool.Run(["-n", router], $"""
                link set lo up
                addr add {networks.Router}/32 dev lo
                link set host up
                route add {networks.Host}/32 dev host src {networks.Router}

                """);
    }

    private static string? MakeRegion(PlatformState platform, NetworksState networks, RegionState region)
    {
        var (router, own) = (NetworkNames.Router(platform.InstanceId), NetworkNames.Region(platform.InstanceId, region.Name));
        var link = $"r{region.Address[(region.Address.LastIndexOf('.') + 1)..]}";
        return IpTool.Run(["netns", "add", own])
            ?? IpTool.Run(["-n", router], $"""
                link add {link} type veth peer name eth0 netns {own}
                link set {link} up
                route add {region.Address}/32 dev {link} src {networks.Router}

                """)
            ?? IpTool.Run(["-n", own], $"""
                link set lo up
                addr add {region.Address}/32 dev eth0
                link set eth0 up
                route add {networks.Router}/32 dev eth0 scope link
                route add {networks.Subnet} via {networks.Router} dev eth0 src {region.Address}

                """);
    }
}
