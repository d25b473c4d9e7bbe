using System.Diagnostics;
using System.Text.Json;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Signing;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Evm;

/// <summary>A real node: Anvil, as <c>contracts/package-lock.json</c> has it. Ends with the test.</summary>
internal sealed class Anvil : IAsyncDisposable
{
    public const ulong ChainId = 31_337;
    private readonly string _home;
    private readonly string[] _options;
    private Process _process;

    private Anvil(string[] options, int port)
    {
        _options = options;
        _home = Directory.CreateTempSubdirectory("banyan-anvil-").FullName;
        Address = new Uri($"http://127.0.0.1:{port}");
        _process = Launch();
        Client = new EvmClient(Options);
    }

    public Uri Address { get; }

    public EvmClientOptions Options => EvmClientOptions.For(Address, ChainId) with { FirstBreak = TimeSpan.FromMilliseconds(50), LongestBreak = TimeSpan.FromMilliseconds(200) };

    /// <summary>To drive the node with.</summary>
    public EvmClient Client { get; }

    public static string Binary => Path.Combine(SharedVectors.Repository, "contracts", "node_modules", "@foundry-rs", "anvil-linux-amd64", "bin", "anvil");

    public static async Task<Anvil> StartAsync(params string[] options)
    {
        Assert.SkipUnless(File.Exists(Binary), "Anvil is not installed: npm ci in contracts/, which the build does where node is.");
        var anvil = new Anvil(options, FreePort.Take());
        await anvil.ReadyAsync();
        return anvil;
    }

    /// <summary>The keys of the accounts that Anvil gives money (its mnemonic is public).</summary>
    public static PrivateKeySigner Key(int index) => new(Convert.FromHexString(index switch
    {
        0 => "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        1 => "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        2 => "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        3 => "7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    }));

    public async Task<JsonElement> AskAsync(string method, Action<Utf8JsonWriter>? parameters = null)
    {
        var answer = await Client.RequestAsync(method, parameters, TestContext.Current.CancellationToken);
        return answer.Ok ? answer.Value : throw new InvalidOperationException(answer.Error.Message);
    }

    public Task MineAsync(int blocks = 1) => AskAsync("anvil_mine", w => w.WriteStringValue($"0x{blocks:x}"));

    /// <summary>The newest blocks are replaced by as many empty ones.</summary>
    public Task ReorgAsync(int depth) => AskAsync("anvil_reorg", w =>
    {
        w.WriteNumberValue(depth);
        w.WriteStartArray();
        w.WriteEndArray();
    });

    /// <summary>Kills the node, as a crash does; what it had in memory is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    public async Task RestartAsync(params string[] more)
    {
        _process = Launch(more);
        await ReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        try
        {
            Kill();
        }
        catch (InvalidOperationException)
        {
            // It was killed by the test.
        }

        Directory.Delete(_home, recursive: true);
    }

    private Process Launch(params string[] more)
    {
        var info = new ProcessStartInfo(Binary) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["HOME"] = _home } };
        foreach (var argument in (string[])["--silent", "--host", "127.0.0.1", "--port", $"{Address.Port}", .. _options, .. more])
            info.ArgumentList.Add(argument);
        var process = Process.Start(info)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task ReadyAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            await using var probe = new EvmClient(Options);
            if ((await probe.GetBlockNumberAsync(TestContext.Current.CancellationToken)).Ok)
                return;
            if (_process.HasExited || deadline.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException("Anvil does not answer.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
