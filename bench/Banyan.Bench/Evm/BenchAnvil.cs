using System.Net.Http.Json;
using Banyan.Bench.Running;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Bench.Evm;

/// <summary>The node: Anvil with a block a second and room for everything in it, so that the node itself is the limit.</summary>
internal sealed class BenchAnvil : IAsyncDisposable
{
    public const ulong ChainId = 31_337;
    private readonly string _home;
    private readonly Child _process;

    private BenchAnvil(string home, Child process, int port)
    {
        _home = home;
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Seconds of processor time that it has used.</summary>
    public double Processor => ProcessCpu.OfTree(_process.Pid);

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The keys of its mnemonic's first eight accounts; they are public.</summary>
    public static PrivateKeySigner[] Accounts() => [.. Keys.Select(static k => new PrivateKeySigner(Convert.FromHexString(k)))];

    /// <summary>Null where it is not installed; that is said.</summary>
    /// <param name="blockTime">From one block to the next, in seconds, as Anvil reads it.</param>
    public static async Task<BenchAnvil?> StartAsync(string blockTime = "1")
    {
        var program = Path.Combine(Repository.Root, "contracts", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");
        if (!File.Exists(program))
        {
            BenchRun.Say($"anvil is not installed: left out (npm ci in contracts/ installs it)");
            return null;
        }

        var home = Directory.CreateTempSubdirectory("banyan-bench-anvil-").FullName;
        var port = Ports.Free();
        var process = Child.Start(program, ["--silent", "--host", "127.0.0.1", "--port", $"{port}", "--block-time", blockTime, "--gas-limit", "3000000000"], new Dictionary<string, string> { ["HOME"] = home });
        using var http = new HttpClient();
        for (var i = 0; i < 600; i++)
        {
            try
            {
                using var answer = await http.PostAsJsonAsync($"http://127.0.0.1:{port}", new { jsonrpc = "2.0", id = 1, method = "eth_chainId", @params = Array.Empty<int>() });
                if (answer.IsSuccessStatusCode)
                    return new BenchAnvil(home, process, port);
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(50);
        }

        await process.DisposeAsync();
        throw new InvalidOperationException($"anvil does not answer: {process.Tail()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static readonly string[] Keys =
    [
        "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80", "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a", "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a", "8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba",
        "92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e", "4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356",
    ];
}
