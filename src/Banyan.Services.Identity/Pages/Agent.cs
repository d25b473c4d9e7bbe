namespace Banyan.Services.Identity.Pages;

/// <summary>What browsers call themselves. Pure.</summary>
internal static class Agent
{
    private const int Longest = 60;
    private static readonly (string Mark, string Name)[] Browsers = [("Firefox", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl")];
    private static readonly (string Mark, string Name)[] Systems = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")];

    /// <summary>A short name for one: <c>Firefox on Linux</c>.</summary>
    public static string NameOf(string? agent)
    {
        agent ??= "";
        return (Find(Browsers, agent), Find(Systems, agent)) switch
        {
            (null, null) => agent.Length > Longest ? agent[..Longest] : agent,
            (var browser, null) => browser,
            (null, var system) => system,
            var (browser, system) => $"{browser} on {system}",
        };
    }

    private static string? Find((string Mark, string Name)[] known, string agent) => known.FirstOrDefault(k => agent.Contains(k.Mark, StringComparison.Ordinal)).Name;
}
