using System.Diagnostics;
using Banyan.Engines.Certificates;
using Banyan.Engines.Consensus.Etcd;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Consensus;

/// <summary>Three real members of etcd, for a class of tests; skips them where etcd is not installed. Gone when disposed.</summary>
public class EtcdServers : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-etcd-").FullName;
    private readonly Process?[] _running = new Process?[3];
    private readonly EtcdMember[] _members = [.. Enumerable.Range(1, 3).Select(static n => new EtcdMember($"m{n}", FreePort.Take(), FreePort.Take()))];
    private readonly Starter _starter = new();
    private EtcdCluster? _cluster;
    private string? _missing;

    public IReadOnlyList<Uri> Addresses => [.. _members.Select(static m => new Uri($"http://127.0.0.1:{m.Port}"))];

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        _cluster = EtcdCluster.Find(_folder, Guid.NewGuid().ToString("N"), _members, Secure(_members), out _missing);
        for (var member = 0; _cluster is not null && member < 3; member++)
            Start(member);
        if (_cluster is not null)
            await WaitAsync();
    }

    /// <summary>Links to the members; null where they take plain connections.</summary>
    public virtual Links? Links => null;

    /// <summary>The members' certificates.</summary>
    protected virtual EtcdTls? Secure(IReadOnlyList<EtcdMember> members) => null;

    /// <summary>Skips the test where there is no etcd.</summary>
    public void Need() => Assert.SkipWhen(_cluster is null, _missing ?? "");

    public void Start(int member)
    {
        var command = _cluster!.Prepare(_members[member]);
        var info = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true };
        _running[member] = _starter.Start(info);
        _ = _running[member]!.StandardError.ReadToEndAsync();
        _ = _running[member]!.StandardOutput.ReadToEndAsync();
    }

    /// <summary>As <c>kill -9</c> does.</summary>
    public async Task KillAsync(int member)
    {
        _running[member]!.Kill();
        await _running[member]!.WaitForExitAsync();
    }

    /// <summary>Freezes a member, or lets it go on.</summary>
    public void Signal(int member, string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_running[member]!.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Returns when every member that runs has a leader.</summary>
    public async Task WaitAsync()
    {
        using var http = new HttpClient(LinkHandler.Over(Links, new SocketsHttpHandler()));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        for (var member = 0; member < 3; member++)
        {
            while (!_running[member]!.HasExited)
            {
                try
                {
                    if ((await http.GetAsync(new Uri(Addresses[member], "/health"), patience.Token)).IsSuccessStatusCode)
                        break;
                }
                catch (HttpRequestException)
                {
                    // Not yet.
                }

                await Task.Delay(20, patience.Token);
            }
        }
    }

    /// <summary>The member that leads now.</summary>
    public async Task<int> LeaderAsync()
    {
        using var http = new HttpClient(LinkHandler.Over(Links, new SocketsHttpHandler()));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            for (var member = 0; member < 3; member++)
            {
                if (_running[member]!.HasExited)
                    continue;
                using var answer = await http.PostAsync(new Uri(Addresses[member], "/v3/maintenance/status"), new StringContent("{}"), patience.Token);
                using var status = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(patience.Token));
                if (status.RootElement.TryGetProperty("leader", out var leader) && leader.GetString() == status.RootElement.GetProperty("header").GetProperty("member_id").GetString())
                    return member;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            process?.Kill();
            process?.WaitForExit();
            process?.Dispose();
        }

        _starter.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A member ends with the thread that started it: this one lasts as long as the tests.</summary>
    private sealed class Starter : IDisposable
    {
        private readonly System.Collections.Concurrent.BlockingCollection<Action> _work = [];
        private readonly Thread _thread;

        public Starter()
        {
            _thread = new Thread(() =>
            {
                foreach (var start in _work.GetConsumingEnumerable())
                    start();
            }) { IsBackground = true };
            _thread.Start();
        }

        public Process Start(ProcessStartInfo info)
        {
            var started = new TaskCompletionSource<Process>();
            _work.Add(() => started.SetResult(Process.Start(info)!));
            return started.Task.GetAwaiter().GetResult();
        }

        public void Dispose()
        {
            _work.CompleteAdding();
            _thread.Join();
            _work.Dispose();
        }
    }
}
