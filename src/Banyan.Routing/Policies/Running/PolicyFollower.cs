using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Policies.Running;

/// <summary>Reads a front door's policies beside what else starts, and looks at the facts from time to time.</summary>
internal sealed partial class PolicyFollower(PolicyState state, PolicySource source, IEnumerable<IPolicyStart> starts, TimeProvider time, ILogger<PolicyFollower> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Run(Load, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var known = Task.WhenAll(starts.Select(static s => s.Known));
        await known.WaitAsync(source.StorePatience, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        state.SetReady();
        using var tick = new PeriodicTimer(source.LookInterval, time);
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
                state.Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The front door stops.
        }
    }

    private void Load()
    {
        var loaded = source.Load();
        foreach (var note in loaded.Notes)
            LogNote(note);
        if (PolicyModel.TryCompile(loaded.Set, out _, out var problems))
        {
            state.Use(loaded.Set, loaded.Places);
            return;
        }

        foreach (var problem in problems)
            LogNote(problem);
        state.Use(BlueprintPolicies.Nearest(source.Targets), loaded.Places);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Policies: {Note}")]
    private partial void LogNote(string note);
}

/// <summary>Something that choices should wait for at the start.</summary>
internal interface IPolicyStart
{
    /// <summary>Completes when it is known.</summary>
    Task Known { get; }
}
