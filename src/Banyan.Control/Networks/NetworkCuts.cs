using Banyan.Control.Platform;

namespace Banyan.Control.Networks;

/// <summary>Makes the router of a platform's networks drop what goes between two places, both ways and without a word: no reset, no notice that nobody is there.</summary>
public static class NetworkCuts
{
    /// <summary>The priority of our rules, before those that find a way.</summary>
    private const string Priority = "77";

    /// <summary>Cuts.</summary>
    /// <returns>Why it can't be done; null where it is.</returns>
    public static string? Make(PlatformState platform, params IReadOnlyList<NetworkCut> cuts)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var rules = cuts.SelectMany(static c => c.Selectors).Select(static s => $"rule add {s} priority {Priority} blackhole\n");
        return IpTool.Run(["-n", NetworkNames.Router(platform.InstanceId)], string.Concat(rules));
    }

    /// <summary>Ends every cut.</summary>
    /// <returns>Why it can't be done; null where nothing is cut any more.</returns>
    public static string? Heal(string instanceId)
    {
        var router = NetworkNames.Router(instanceId);
        if (!File.Exists(Path.Combine(NetworkNames.Folder, router)))
            return null; // Its platform has stopped: nothing is cut.
        while (true)
        {
            if (IpTool.Run(["-n", router, "rule", "delete", "priority", Priority]) is not { } words)
                continue;
            return words.Contains("No such file", StringComparison.Ordinal) ? null : words;
        }
    }
}
