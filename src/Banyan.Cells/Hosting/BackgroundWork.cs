using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Hosting;

/// <summary>
/// The hosted services of the journal and of every service. The generic host would start them before the cell listens
/// and before their tables exist; here they start after the migrations, in the order of their registration, and stop in
/// the reverse order after the last request has ended.
/// </summary>
internal sealed partial class BackgroundWork(IServiceProvider provider, CellLife life, ILogger<BackgroundWork> logger) : IDisposable
{
    private const string Key = "cell";
    private readonly List<IHostedService> _started = [];
    private readonly CancellationTokenSource _starting = new();

    /// <summary>Takes the hosted services that were registered from <paramref name="first"/> on out of the generic host's hands.</summary>
    public static void TakeOver(IServiceCollection services, int first)
    {
        for (var i = first; i < services.Count; i++)
        {
            var descriptor = services[i];
            if (descriptor.ServiceType != typeof(IHostedService) || descriptor.IsKeyedService)
                continue;
            services[i] = descriptor switch
            {
                { ImplementationInstance: IHostedService instance } => ServiceDescriptor.KeyedSingleton(Key, instance),
                { ImplementationFactory: { } factory } => ServiceDescriptor.KeyedSingleton(Key, (p, _) => (IHostedService)factory(p)),
                _ => ServiceDescriptor.KeyedSingleton(typeof(IHostedService), Key, descriptor.ImplementationType!),
            };
        }
    }

    /// <summary>Starts it. The token ends the start only: a BackgroundService would take it for the end of its work, too.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var ends = cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _starting);
        foreach (var work in provider.GetKeyedServices<IHostedService>(Key))
        {
            await work.StartAsync(_starting.Token);
            _started.Add(work);
            if (work is BackgroundService { ExecuteTask: { } running })
                _ = WatchAsync(work.GetType().Name, running);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            try
            {
                await _started[i].StopAsync(cancellationToken);
            }
#pragma warning disable CA1031 // one that fails to stop must not keep the others from stopping
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogStopFailed(logger, error, _started[i].GetType().Name);
            }
        }

        _started.Clear();
    }

    public void Dispose() => _starting.Dispose();

    private async Task WatchAsync(string name, Task running)
    {
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (life.IsEnding || _starting.IsCancellationRequested)
        {
            // Stopped as asked.
        }
#pragma warning disable CA1031 // whatever it is, the cell must not go on half alive: it is reported and the cell ends
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(logger, error, name);
            life.Fail(new CellException($"Background work {name} failed: {error.Message}", isTransient: true, error));
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Background work {Name} failed; the cell ends.")]
    private static partial void LogFailed(ILogger logger, Exception error, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Background work {Name} did not stop cleanly.")]
    private static partial void LogStopFailed(ILogger logger, Exception error, string name);
}
