namespace Banyan.Control.Networks;

/// <summary>What a platform's namespaces and links are called: by its instance id, so that none of another platform is touched. Pure.</summary>
internal static class NetworkNames
{
    /// <summary>Where ip-netns(8) keeps namespaces by name.</summary>
    public const string Folder = "/run/netns";

    /// <summary>The router's namespace.</summary>
    public static string Router(string instanceId) => $"banyan-{Short(instanceId)}";

    /// <summary>A region's namespace.</summary>
    public static string Region(string instanceId, string region) => $"{Router(instanceId)}-{region}";

    /// <summary>The machine's own link to the router; Linux takes 15 characters.</summary>
    public static string HostLink(string instanceId) => $"bn{Short(instanceId)}";

    /// <summary>Whether a namespace is of this platform.</summary>
    public static bool IsOf(string instanceId, string name) => name == Router(instanceId) || name.StartsWith(Router(instanceId) + "-", StringComparison.Ordinal);

    private static string Short(string instanceId) => instanceId.Length > 10 ? instanceId[..10] : instanceId;
}
