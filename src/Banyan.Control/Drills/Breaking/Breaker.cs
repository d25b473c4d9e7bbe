using Banyan.Control.Networks;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Control.Drills.Breaking;

/// <summary>
/// Breaks parts of a platform as the world does, by the operating system: kills and stops real processes, fills a real
/// disk. Each thing that must be put back is written down before it is done. One owner.
/// </summary>
internal sealed class Breaker(DataFolder data, PlatformState platform, BrokenState state)
{
    private readonly Lock _gate = new();
    private BrokenState _state = state;

    /// <summary>Changes what the file says beside what is broken.</summary>
    public void Tell(Func<BrokenState, BrokenState> change)
    {
        lock (_gate)
        {
            _state = change(_state);
            _state.Write(data);
        }
    }

    /// <summary>Keeps the supervisor from starting children again: by a child's name, or a region's.</summary>
    public void Hold(params IReadOnlyList<string> names)
    {
        Tell(s => s with { Held = [.. s.Held, .. names] });
        Directory.CreateDirectory(data.Held);
        foreach (var name in names)
            File.WriteAllText(Path.Combine(data.Held, name), $"held down by a drill ({_state.Scenario}) since {_state.StartedAt:O}; `banyan drill --heal` lets go of it\n");
    }

    /// <summary>SIGKILL to children, by name: <c>cell-east-africa</c>.</summary>
    /// <exception cref="DrillException">None of that name runs.</exception>
    public void KillChildren(Func<string, bool> named)
    {
        var victims = ProcessFinder.FindChildren(platform.InstanceId).Where(c => named(c.Name)).ToList();
        if (victims.Count == 0)
            throw new DrillException("there is nothing to break: the processes are not running");
        foreach (var victim in victims)
            victim.Identity.Signal(Libc.SIGKILL);
    }

    /// <summary>SIGKILL to the front door of a name, where there are several: their command lines tell them apart.</summary>
    /// <exception cref="DrillException">It does not run.</exception>
    public void KillFrontDoor(string name)
    {
        var door = ProcessFinder.FindChildren(platform.InstanceId).Where(static c => c.Name == "front-door").Select(static c => c.Identity)
            .FirstOrDefault(p => CommandLineOf(p.Pid) is var words && Array.IndexOf(words, "--name") is >= 0 and var at && at + 1 < words.Length && words[at + 1] == name);
        if (door is null)
            throw new DrillException($"there is nothing to break: {name} does not run");
        door.Signal(Libc.SIGKILL);
    }

    /// <summary>SIGKILL to all of a server's processes at once.</summary>
    /// <returns>False where it does not run.</returns>
    public bool KillDatabase(string partition, string region)
    {
        if (ProcessFinder.FindPostmaster(data.Database(partition, region)) is not { } postmaster)
            return false;
        foreach (var process in ProcessTree.Of(postmaster))
            process.Signal(Libc.SIGKILL);
        return true;
    }

    /// <summary>Everything of a region at once: its children, and the databases that it holds.</summary>
    public void KillRegion(string region)
    {
        Hold(region);
        foreach (var process in ProcessesOf(region))
            process.Signal(Libc.SIGKILL);
    }

    /// <summary>Stops everything of a region (SIGSTOP), the supervisor's children first.</summary>
    public void FreezeRegion(string region)
    {
        var victims = ProcessesOf(region);
        Tell(s => s with { Frozen = [.. victims.Select(static v => new FrozenProcess(v.Pid, v.StartTicks))] });
        foreach (var process in victims)
            process.Signal(Libc.SIGSTOP);
    }

    /// <summary>Cuts a region off from everything. What is sent on either side is dropped; no connection ends.</summary>
    /// <exception cref="DrillException">It has no network of its own, or this user may not.</exception>
    public void CutOff(string region)
    {
        var cut = new NetworkCut(platform.FindRegion(region)!.Address);
        Tell(s => s with { Cuts = [cut], CutOf = platform.InstanceId });
        if (NetworkCuts.Make(platform, cut) is { } refused)
            throw new DrillException($"the links of {region} can't be cut: {refused}");
    }

    /// <summary>Fills a file system until nothing more can be written.</summary>
    /// <exception cref="DrillException">The folder is on the file system of everything else.</exception>
    public void FillDisk(string folder)
    {
        if (MountOf(folder) == MountOf(data.Root))
            throw new DrillException($"disk-full needs {folder} to be on a file system of its own, since filling {data.Root} would fill it for every region: mount one there, then drill again");
        var ballast = Path.Combine(folder, "banyan-drill-ballast");
        Tell(s => s with { Ballast = ballast });
        using var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var piece = new byte[1 << 20];
        try
        {
            while (true)
            {
                file.Write(piece);
                if (piece.Length > 4096 && new DriveInfo(folder).AvailableFreeSpace < piece.Length)
                    piece = new byte[4096];
            }
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Puts everything back, in the order that keeps databases from two masters: what was stopped first, then what is held down.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            PutBack(data, _state);
            _state = _state with { Held = [], Frozen = [], Ballast = null, Cuts = [] };
            _state.Write(data);
        }
    }

    /// <summary>Nothing is told any more, and nothing is broken.</summary>
    public void End()
    {
        lock (_gate)
            Heal(data, _state);
    }

    /// <summary>Puts back what a drill has written down. What is back already is left alone.</summary>
    public static void Heal(DataFolder data, BrokenState broken)
    {
        PutBack(data, broken);
        File.Delete(data.DrillFile);
    }

    private static void PutBack(DataFolder data, BrokenState broken)
    {
        foreach (var frozen in broken.Frozen)
            new ProcessIdentity(frozen.Pid, frozen.StartTicks).Signal(Libc.SIGCONT);
        if (broken.Cuts.Count > 0 && NetworkCuts.Heal(broken.CutOf) is { } left)
            throw new DrillException($"the links that were cut can't be put back: {left}; try `banyan drill --heal` as root");
        foreach (var held in broken.Held)
            File.Delete(Path.Combine(data.Held, held));
        if (broken.Ballast is { } ballast)
            File.Delete(ballast);
        if (Directory.Exists(data.Held) && !Directory.EnumerateFileSystemEntries(data.Held).Any())
            Directory.Delete(data.Held);
    }

    private List<ProcessIdentity> ProcessesOf(string region)
    {
        var children = ProcessFinder.FindChildren(platform.InstanceId).Where(c => c.Name == $"cell-{region}" || c.Name == $"keeper-{region}").Select(static c => c.Identity);
        var databases = platform.Partitions.Where(p => p.Databases.Any(d => d.Region == region && d.Port is not null))
            .Select(p => ProcessFinder.FindPostmaster(data.Database(p.Name, region))).OfType<ProcessIdentity>().SelectMany(ProcessTree.Of);
        // The keeper before its databases: it would start them again.
        List<ProcessIdentity> found = [.. children, .. databases];
        return found.Count > 0 ? found : throw new DrillException($"there is nothing to break: no process of {region} runs");
    }

    private static string[] CommandLineOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>The mount point that a path is on (findmnt(8) of util-linux would say the same).</summary>
    private static string MountOf(string path)
    {
        var real = Path.GetFullPath(path);
        return File.ReadLines("/proc/self/mounts").Select(static l => l.Split(' ')[1].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(m => real == m || real.StartsWith(m.TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(static m => m.Length) ?? "/";
    }
}
