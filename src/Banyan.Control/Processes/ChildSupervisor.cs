using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>Keeps one child running: starts it, starts it again when it dies, stops it when asked.</summary>
internal sealed class ChildSupervisor(ChildSpec spec, string executable, PlatformState platform, DataFolder data, TimeProvider time, Action<ChildSpec, RunStep, string?> report) : IDisposable
{
    private readonly BoundedLog _log = new(data.Log(spec.Name));
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _gaveUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Child? _child;
    private Task _life = Task.CompletedTask;
    private int _deathsBeforeReady;
    private bool _wasStarted;

    /// <summary>Between looks at whether what is held down is still to be.</summary>
    private static readonly TimeSpan HeldLook = TimeSpan.FromMilliseconds(50);

    public ChildSpec Spec => spec;

    private bool IsHeld => spec.HeldAs.Any(name => File.Exists(Path.Combine(data.Held, name)));

    /// <summary>It has answered that it is ready, in this or an earlier life.</summary>
    public bool WasReady { get; set; }

    /// <summary>Completes with the reason when it has died three times before it was ever ready.</summary>
    public Task<string> GaveUp => _gaveUp.Task;

    /// <summary>The last line of its log, made readable.</summary>
    public string? LastWords => Readable(_log.LastLine);

    /// <summary>Starts it, and keeps it.</summary>
    public void Start()
    {
        _wasStarted = true;
        _life = KeepAsync();
    }

    /// <summary>Asks it to drain and stop, and waits.</summary>
    /// <param name="patience">After this it is killed.</param>
    /// <param name="hurry">After this it is killed sooner.</param>
    public async Task StopAsync(TimeSpan patience, CancellationToken hurry)
    {
        await _stopping.CancelAsync();
        Child? child;
        lock (_gate)
            child = _child;
        child?.AskToStop();
        var ended = _life;
        try
        {
            await ended.WaitAsync(patience, time, hurry);
        }
        catch (Exception impatient) when (impatient is TimeoutException or OperationCanceledException)
        {
            report(spec, RunStep.Killed, impatient is TimeoutException ? string.Create(CultureInfo.InvariantCulture, $"it had not stopped after {patience.TotalSeconds:0} s") : "in a hurry");
            child?.Signal(Libc.SIGKILL);
            await ended;
        }

        if (_wasStarted)
            report(spec, RunStep.Stopped, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _child?.Dispose();
        _stopping.Dispose();
        _log.Dispose();
    }

    private Child? Launch()
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
                return null;
            _child?.Dispose();
            _child = null;
            _child = Child.Start(spec, executable, platform, _log);
        }

        report(spec, RunStep.Started, string.Create(CultureInfo.InvariantCulture, $"pid {_child.Pid}"));
        return _child;
    }

    private async Task KeepAsync()
    {
        var backoff = new RestartBackoff();
        while (!_stopping.IsCancellationRequested)
        {
            var born = time.GetTimestamp();
            string reason;
            try
            {
                if (Launch() is not { } child)
                    return;
                var code = await child.WaitForExitAsync();
                reason = code > 128 ? $"killed by signal {code - 128}" : LastWords is { } words ? $"exit {code}: {words}" : $"exit {code}";
            }
            catch (Win32Exception exception)
            {
                reason = $"can't be started: {exception.Message}";
            }

            if (_stopping.IsCancellationRequested)
                return;
            // What someone holds down did not die of itself: it is started as soon as it is let go.
            var held = IsHeld;
            var wait = held ? TimeSpan.Zero : backoff.OnDeath(time.GetElapsedTime(born));
            report(spec, RunStep.Died, held ? $"{reason}; held down" : wait == TimeSpan.Zero ? $"{reason}; started again at once" : string.Create(CultureInfo.InvariantCulture, $"{reason}; started again in {wait.TotalSeconds:0.0} s"));
            if (!WasReady && !held && ++_deathsBeforeReady >= 3)
                _gaveUp.TrySetResult(reason);
            try
            {
                await Task.Delay(wait, time, _stopping.Token);
                while (IsHeld)
                    await Task.Delay(HeldLook, time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>The message of a JSON log line; other lines as they are.</summary>
    private static string? Readable(string? line)
    {
        if (line is not ['{', ..])
            return line?.StartsWith("banyan: ", StringComparison.Ordinal) == true ? line["banyan: ".Length..] : line;
        try
        {
            using var json = JsonDocument.Parse(line);
            foreach (var name in (ReadOnlySpan<string>)["Message", "message", "msg"])
            {
                if (json.RootElement.TryGetProperty(name, out var message) && message.ValueKind == JsonValueKind.String)
                    return message.GetString()?.Split('\n')[0];
            }
        }
        catch (JsonException)
        {
            return line; // Cut off in the middle; better than nothing.
        }

        return line;
    }
}
