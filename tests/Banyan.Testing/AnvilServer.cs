using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Banyan.Testing;

/// <summary>A chain of its own for a test: Anvil on a loopback port, without fees, where any account can be the sender. It ends with the test.</summary>
public sealed class AnvilServer : IAsyncDisposable
{
    /// <summary>The number of its chain.</summary>
    public const long ChainId = 31_337_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly IReadOnlyList<string> _arguments;
    private readonly HttpClient _http;
    private Process? _process;

    private AnvilServer(int port, IReadOnlyList<string> arguments)
    {
        (Port, _arguments) = (port, arguments);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address, Timeout = Patience };
    }

    /// <summary>Its program, which the build brings from npm.</summary>
    public static string Program { get; } = Path.Combine(SharedVectors.Repository, "contracts", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="arguments">More of its command line.</param>
    public static async Task<AnvilServer> StartAsync(params IReadOnlyList<string> arguments)
    {
        if (!File.Exists(Program))
            throw new FileNotFoundException($"{Program} is missing: run eng/setup, and build");
        while (true)
        {
            var server = new AnvilServer(FreePort.Take(), arguments);
            if (await server.LaunchAsync())
                return server;
            await server.DisposeAsync();
        }
    }

    /// <summary>Ends it, and starts another at the same place that knows nothing.</summary>
    public async Task BeginAnewAsync()
    {
        await EndAsync();
        if (!await LaunchAsync())
            throw new InvalidOperationException($"port {Port} was taken meanwhile");
    }

    /// <summary>Ends it.</summary>
    public async Task EndAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Calls a method; its result.</summary>
    /// <exception cref="InvalidOperationException">The node answered with an error.</exception>
    public async Task<JsonElement> AskAsync(string method, params object[] parameters)
    {
        using var answer = await _http.PostAsJsonAsync("", new { jsonrpc = "2.0", id = 1, method, @params = parameters });
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return json.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException($"{method}: {json}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _http.Dispose();
    }

    private async Task<bool> LaunchAsync()
    {
        var info = new ProcessStartInfo("setpriv",
        [
            "--pdeathsig", "KILL", "--", Program, "--host", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--chain-id", ChainId.ToString(CultureInfo.InvariantCulture),
            "--accounts", "0", "--auto-impersonate", "--block-base-fee-per-gas", "0", "--gas-price", "0", "--disable-min-priority-fee", "--quiet", .. _arguments,
        ]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The parent whose death it asks to be told of is a thread: one that lasts.
        var process = _process = StartOnLastingThread(info);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var began = Stopwatch.GetTimestamp();
        while (!process.HasExited)
        {
            try
            {
                // Another program may have been faster at the port.
                return (await AskAsync("eth_chainId")).GetString() == string.Create(CultureInfo.InvariantCulture, $"0x{ChainId:x}") && !process.HasExited;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(20);
            }
        }

        return false;
    }

    private static Process StartOnLastingThread(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception error)
            {
                started.SetException(error);
                return;
            }

            Thread.Sleep(Timeout.Infinite);
        }) { IsBackground = true, Name = "anvil's parent" };
        thread.Start();
        return started.Task.GetAwaiter().GetResult();
    }
}
