using System.Diagnostics;
using Banyan.Control.Chain;
using Banyan.Control.Chain.Node;
using Banyan.Control.Platform;
using Banyan.Control.Processes;
using Banyan.Engines.Evm.Rpc;
using Banyan.Testing;

namespace Banyan.Control.Tests.Chain;

public sealed class AnvilNodeTests : IDisposable
{
    private readonly DataFolder _data = new(Directory.CreateTempSubdirectory("banyan-anvil-").FullName);

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);

    [Fact]
    public void Find_Nowhere_SaysHowToHaveIt()
    {
        AnvilNode.Find(static _ => null, out var problem).ShouldBeNull();
        problem!.ShouldStartWith("the chain is off: ");
        problem.ShouldContain("everything else works");
    }

    [Fact]
    public void Find_NamedAndNotThere_IsSaid()
    {
        AnvilNode.Find(static name => name == AnvilNode.ProgramVariable ? "/nowhere/anvil" : null, out var problem).ShouldBeNull();
        problem!.ShouldContain("/nowhere/anvil is not there");
    }

    [Fact]
    public void Find_InTheRepository_IsIt() => AnvilNode.Find(static name => name == AnvilNode.HomeVariable ? SharedVectors.Repository : null, out _).ShouldBe(AnvilServer.Program);

    [Fact]
    public void Prepare_TheChainsChoices_AreTold()
    {
        var spec = AnvilNode.Prepare("/opt/anvil", State() with { BlockSeconds = 0.5, GasLimit = 60_000_000 }, _data);
        spec.Kind.ShouldBe(ChildKind.Chain);
        string.Join(' ', spec.Arguments).ShouldContain("--host 127.0.0.1 --port 20123 --chain-id 4711");
        string.Join(' ', spec.Arguments).ShouldContain("--block-time 0.5 --gas-limit 60000000");
        File.GetUnixFileMode(_data.Chain).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("{\"block\":{\"number\":\"0x3\"")]
    [InlineData("")]
    public async Task Prepare_AStateFileThatWasCutOff_IsSetAside_AndANewChainBegins(string text)
    {
        Directory.CreateDirectory(_data.Chain);
        await File.WriteAllTextAsync(AnvilNode.StateFile(_data), text, TestContext.Current.CancellationToken);
        (await RunAsync(State() with { Port = FreePort.Take() }, static _ => Task.CompletedTask)).ShouldBe(0UL);
        (await File.ReadAllTextAsync(AnvilNode.StateFile(_data) + ".damaged", TestContext.Current.CancellationToken)).ShouldBe(text);
    }

    [Fact]
    public async Task Prepare_StartedStoppedAndStartedAgain_ContinuesTheChain()
    {
        var chain = State() with { Port = FreePort.Take() };
        var first = await RunAsync(chain, async client => _ = (await client.RequestAsync("anvil_mine", static w => w.WriteStringValue("0x5"), TestContext.Current.CancellationToken)).Value);
        var again = await RunAsync(chain, static _ => Task.CompletedTask);
        (first, again).ShouldBe((5UL, 5UL));
    }

    /// <summary>Runs the node as <c>up</c> does, stops it as it does, and gives the height of the chain.</summary>
    private async Task<ulong> RunAsync(ChainState chain, Func<EvmClient, Task> use)
    {
        var spec = AnvilNode.Prepare(AnvilServer.Program, chain, _data);
        var started = new TaskCompletionSource<Process>();
        using var over = new ManualResetEventSlim();
        // The node ends with the thread that started it.
        var thread = new Thread(() =>
        {
            started.SetResult(Process.Start(new ProcessStartInfo(spec.Program!, spec.Arguments) { RedirectStandardOutput = true })!);
            over.Wait();
        });
        thread.Start();
        using var process = await started.Task;
        try
        {
            await using var client = new EvmClient(EvmClientOptions.For(chain.Nodes[0], (ulong)chain.Id) with { FirstBreak = TimeSpan.FromMilliseconds(20), LongestBreak = TimeSpan.FromMilliseconds(100) });
            var began = Stopwatch.GetTimestamp();
            while (!(await client.GetBlockNumberAsync(TestContext.Current.CancellationToken)).Ok && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(60))
                await Task.Delay(50, TestContext.Current.CancellationToken);
            await use(client);
            return (await client.GetBlockNumberAsync(TestContext.Current.CancellationToken)).Value;
        }
        finally
        {
            Libc.Kill(process.Id, spec.StopSignal);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            over.Set();
            thread.Join();
        }
    }

    private static ChainState State() => new() { Id = 4711, Port = 20_123, EverySeconds = 10 };
}
