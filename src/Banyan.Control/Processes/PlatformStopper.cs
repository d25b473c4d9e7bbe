using System.Globalization;
using Banyan.Control.Networks;
using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>Stops a platform from outside, and makes sure that nothing of it is left; touches nothing of another one.</summary>
/// <param name="data">Its folder.</param>
/// <param name="progress">Told what happens, in lines.</param>
/// <param name="time">The clock.</param>
public sealed class PlatformStopper(DataFolder data, Action<string> progress, TimeProvider time)
{
    /// <summary>How long the supervisor may take to stop all of it.</summary>
    public static readonly TimeSpan SupervisorPatience = TimeSpan.FromSeconds(90);

    /// <summary>How long processes without a supervisor may take.</summary>
    public static readonly TimeSpan OrphanPatience = TimeSpan.FromSeconds(30);

    /// <summary>Stops whatever runs.</summary>
    /// <returns>False where nothing ran.</returns>
    /// <exception cref="PlatformException">Something could not be stopped.</exception>
    public async Task<bool> StopAsync(PlatformState platform, CancellationToken cancellationToken)
    {
        var supervised = await StopSupervisorAsync(cancellationToken);
        var orphans = await StopOrphansAsync(platform.InstanceId, databasesToo: true, cancellationToken);
        return supervised || orphans;
    }

    /// <summary>Waits until the children of an earlier run have ended by themselves, as they do without a supervisor; ends those that don't.</summary>
    /// <param name="instanceId">The platform's.</param>
    /// <param name="databasesToo">False to leave databases running, for keepers to take over; with them go the networks that regions may have had.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False where there were none.</returns>
    public async Task<bool> StopOrphansAsync(string instanceId, bool databasesToo, CancellationToken cancellationToken)
    {
        var children = ProcessFinder.FindChildren(instanceId);
        if (children.Count > 0)
            progress($"ending what an earlier run left: {string.Join(", ", children.Select(static c => c.Name))}");
        foreach (var child in children)
            child.Identity.Signal(Libc.SIGTERM);
        await EndAsync(children, "kill -9", Libc.SIGKILL, cancellationToken);

        // Only now: a keeper stops its own databases, and better than we do.
        var databases = databasesToo ? ProcessFinder.FindDatabases(data) : [];
        if (databases.Count > 0)
            progress($"stopping databases without a keeper: {string.Join(", ", databases.Select(static d => d.Name))}");
        foreach (var database in databases)
            database.Identity.Signal(Libc.SIGINT);
        await EndAsync(databases, "immediate shutdown; the next start recovers", Libc.SIGQUIT, cancellationToken);
        if (databasesToo && RegionNetworks.Remove(instanceId) is { } left)
            progress(left);
        return children.Count + databases.Count > 0;
    }

    private async Task<bool> StopSupervisorAsync(CancellationToken cancellationToken)
    {
        if (PlatformLock.ReadHolder(data) is not { } supervisor || supervisor == ProcessIdentity.Current)
            return false;
        progress(string.Create(CultureInfo.InvariantCulture, $"asking the supervisor (pid {supervisor.Pid}) to stop"));
        if (!supervisor.Signal(Libc.SIGTERM) && supervisor.IsAlive)
            throw new PlatformException(string.Create(CultureInfo.InvariantCulture, $"no permission to stop the supervisor (pid {supervisor.Pid}): run as the user who started it"));
        if (await supervisor.WaitForExitAsync(SupervisorPatience, time, cancellationToken))
            return true;
        progress(string.Create(CultureInfo.InvariantCulture, $"the supervisor did not stop in {SupervisorPatience.TotalSeconds:0} s: kill -9; what it ran ends by itself"));
        supervisor.Signal(Libc.SIGKILL);
        return true;
    }

    private async Task EndAsync(IReadOnlyList<PlatformProcess> processes, string lastResort, int lastSignal, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        foreach (var process in processes)
        {
            var left = OrphanPatience - time.GetElapsedTime(began);
            if (await process.Identity.WaitForExitAsync(left, time, cancellationToken))
                continue;
            progress($"{process.Name} did not stop in {OrphanPatience.TotalSeconds:0} s: {lastResort}");
            process.Identity.Signal(lastSignal);
            if (!await process.Identity.WaitForExitAsync(TimeSpan.FromSeconds(10), time, cancellationToken))
                throw new PlatformException(string.Create(CultureInfo.InvariantCulture, $"{process.Name} (pid {process.Identity.Pid}) can't be stopped: it hangs in the kernel, or belongs to another user"));
        }
    }
}
