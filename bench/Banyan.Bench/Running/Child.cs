using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Banyan.Bench.Running;

/// <summary>A process that the bench started; it ends with it: by the end of its input where it is ours, else by a signal.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ConcurrentDictionary<Child, bool> Running = new();
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly bool _ours;

    private Child(Process process, bool ours)
    {
        _process = process;
        _ours = ours;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Running[this] = true;
    }

    /// <summary>Stops whatever a bench that was broken off has left running.</summary>
    public static async Task StopAllAsync()
    {
        foreach (var child in Running.Keys)
            await child.DisposeAsync();
    }

    public int Pid => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Seconds of processor time that it has used, its own children included.</summary>
    public double CpuSeconds => ProcessCpu.OfTree(_process.Id);

    /// <summary>This program again, in another role.</summary>
    public static Child StartRole(string role, string[] arguments, IReadOnlyDictionary<string, string>? environment = null) =>
        Start(Environment.ProcessPath!, ["--role", role, .. arguments], environment, ours: true);

    public static Child Start(string file, string[] arguments, IReadOnlyDictionary<string, string>? environment = null, bool ours = false)
    {
        var info = new ProcessStartInfo(file) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        return new Child(Process.Start(info)!, ours);
    }

    /// <summary>Waits until <paramref name="address"/> answers with success.</summary>
    public async Task WaitForAsync(HttpClient http, string address)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(address);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            if (_process.HasExited || patience.Elapsed > Patience)
                throw new InvalidOperationException($"{_process.StartInfo.FileName} does not answer at {address}: {Tail()}");
            await Task.Delay(50);
        }
    }

    /// <summary>Waits for its own end; its output is complete then.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken = default)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>What it said last.</summary>
    public string Tail()
    {
        lock (_errors)
        {
            var text = _errors.Length > 0 ? _errors.ToString() : Output;
            return text.Length > 2000 ? text[^2000..] : text;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Running.TryRemove(this, out _))
            return;
        if (!_process.HasExited)
        {
            if (_ours)
                _process.StandardInput.Close();
            else
                Signal(_process.Id);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        _process.Dispose();
    }

    private static void Signal(int pid)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{pid}"]);
        kill.WaitForExit();
    }

    private static void Keep(StringBuilder kept, string? line)
    {
        if (line is null)
            return;
        lock (kept)
        {
            if (kept.Length < 1 << 20)
                kept.AppendLine(line);
        }
    }
}
