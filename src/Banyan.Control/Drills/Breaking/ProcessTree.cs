using System.Globalization;
using Banyan.Control.Processes;

namespace Banyan.Control.Drills.Breaking;

/// <summary>Processes with all that they have started.</summary>
internal static class ProcessTree
{
    /// <summary>A process and its descendants, itself first.</summary>
    public static IReadOnlyList<ProcessIdentity> Of(ProcessIdentity root)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || ParentOf(pid) is not { } parent)
                continue;
            if (!children.TryGetValue(parent, out var siblings))
                children[parent] = siblings = [];
            siblings.Add(pid);
        }

        var found = new List<ProcessIdentity> { root };
        for (var i = 0; i < found.Count; i++)
            found.AddRange(children.GetValueOrDefault(found[i].Pid, []).Select(ProcessIdentity.Of).OfType<ProcessIdentity>());
        return found;
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
