using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Engines.Tests.Evm;

/// <summary>The client before nodes that answer what they should not, or nothing.</summary>
public class EvmClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"12"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x01"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0xzz"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":12}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x10000000000000000"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":"0x1","error":{"code":1,"message":"m"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID}""")]
    [InlineData("""{"jsonrpc":"1.0","id":ID,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":999999,"result":"0x1"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"ID","result":"0x1"}""")]
    [InlineData("""[{"jsonrpc":"2.0","id":ID,"result":"0x1"}]""")]
    [InlineData("""{"jsonrpc":"2.0","id":ID,"result":""")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task Ask_Nonsense_IsRefused(string answer)
    {
        await using var node = new ScriptedNode(call => call.GetProperty("method").GetString() == "eth_chainId" ? ScriptedNode.One(call, static _ => "") : answer.Replace("ID", $"{call.GetProperty("id")}", StringComparison.Ordinal));
        await using var client = node.Client();
        (await client.GetBlockNumberAsync(Token)).Error!.Failure.ShouldBe(EvmFailure.Nonsense);
    }

    [Fact]
    public async Task Ask_TooMuchOrTooDeep_IsRefused()
    {
        await using var node = new ScriptedNode(call => ScriptedNode.One(call, method => method == "eth_blockNumber" ? $"\"0x{new string('1', 5000)}\"" : string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100))));
        await using var client = node.Client(static o => o with { MaxResponseBytes = 2000 });
        var large = (await client.GetBlockNumberAsync(Token)).Error!;
        large.Failure.ShouldBe(EvmFailure.Unreachable);
        large.Message.ShouldContain("more than 2000 bytes");
        (await client.RequestAsync("deep", null, Token)).Error!.Failure.ShouldBe(EvmFailure.Nonsense);
    }

    [Fact]
    public async Task Ask_AnotherBlockOrHash_IsRefused()
    {
        const string Block = """{"number":"0x5","hash":"0x1111111111111111111111111111111111111111111111111111111111111111","parentHash":"0x2222222222222222222222222222222222222222222222222222222222222222","timestamp":"0x1"}""";
        await using var node = new ScriptedNode(static call => ScriptedNode.One(call, static method => method == "eth_sendRawTransaction" ? $"\"{EvmHash.Zero}\"" : Block));
        await using var client = node.Client();
        (await client.GetBlockAsync(5, Token)).Value!.Number.ShouldBe(5UL);
        (await client.GetBlockAsync(6, Token)).Error!.Failure.ShouldBe(EvmFailure.Nonsense);
        (await client.GetBlockAsync(EvmHash.Zero, Token)).Error!.Failure.ShouldBe(EvmFailure.Nonsense);
        using var key = PrivateKeySigner.Create();
        (await client.SendRawTransactionAsync(key.Sign(new() { ChainId = 7, GasLimit = 21_000, To = EvmAddress.Zero }).Value, Token)).Error!.Message.ShouldContain("hash");
    }

    [Theory]
    [InlineData("already known")]
    [InlineData("Known transaction")]
    [InlineData("transaction already imported")]
    public async Task SendRaw_NodeHasItAlready_IsSent(string message)
    {
        await using var node = new ScriptedNode(call => call.GetProperty("method").GetString() == "eth_chainId" ? ScriptedNode.One(call, static _ => "") : $$$"""{"jsonrpc":"2.0","id":{{{call.GetProperty("id")}}},"error":{"code":-32000,"message":"{{{message}}}"}}""");
        await using var client = node.Client();
        using var key = PrivateKeySigner.Create();
        var transaction = key.Sign(new() { ChainId = 7, GasLimit = 21_000, To = EvmAddress.Zero }).Value;
        (await client.SendRawTransactionAsync(transaction, Token)).Value.ShouldBe(transaction.Hash);
    }

    [Fact]
    public async Task Ask_NodeOfAnotherChain_IsNotBelieved()
    {
        await using var node = new ScriptedNode(static call => ScriptedNode.One(call, static _ => "\"0x5\""));
        await using var client = node.Client(static o => o with { ChainId = 8 });
        var error = (await client.GetBlockNumberAsync(Token)).Error!;
        error.Failure.ShouldBe(EvmFailure.OtherChain);
        error.Message.ShouldContain("chain 7, not 8");
        node.Bodies.ShouldAllBe(b => b.Contains("eth_chainId"));
    }

    [Fact]
    public async Task Ask_ChainBegunAnew_IsNotBelieved()
    {
        await using var node = await Anvil.StartAsync();
        var genesis = (await node.Client.GetBlockAsync(0, Token)).Value!.Hash;
        await using var client = new EvmClient(node.Options with { GenesisHash = genesis });
        (await client.GetBlockNumberAsync(Token)).Ok.ShouldBeTrue();
        node.Kill();
        await node.RestartAsync("--timestamp", "1700000000"); // the same id, another genesis: its time is in it
        while ((await client.GetBlockNumberAsync(Token)) is { Error.Failure: EvmFailure.Unreachable })
            await Task.Delay(50, Token);
        (await client.GetBlockNumberAsync(Token)).Error!.Failure.ShouldBe(EvmFailure.OtherChain);
    }

    [Fact]
    public async Task Ask_FirstEndpointFails_TheNextAnswersAndTheFirstIsLeftAlone()
    {
        await using var broken = new ScriptedNode(static _ => "503 busy");
        await using var good = new ScriptedNode(static call => ScriptedNode.One(call, static _ => "\"0x5\""));
        await using var client = good.Client(o => o with { Endpoints = [new(broken.Address), .. o.Endpoints], FirstBreak = TimeSpan.FromMinutes(1), LongestBreak = TimeSpan.FromMinutes(1) });
        for (var i = 0; i < 10; i++)
            (await client.GetBlockNumberAsync(Token)).Value.ShouldBe(5UL);
        broken.Bodies.Count.ShouldBeLessThan(5);
        client.EndpointsUp.ShouldBe(1);
    }

    [Fact]
    public async Task Ask_FirstEndpointAnswersAgain_IsAskedAgain()
    {
        var well = false;
        await using var first = new ScriptedNode(call => Volatile.Read(ref well) ? ScriptedNode.One(call, static _ => "\"0x1\"") : "503 busy");
        await using var second = new ScriptedNode(static call => ScriptedNode.One(call, static _ => "\"0x2\""));
        await using var client = second.Client(o => o with { Endpoints = [new(first.Address), .. o.Endpoints], FirstBreak = TimeSpan.FromMilliseconds(50), LongestBreak = TimeSpan.FromMilliseconds(50) });
        for (var i = 0; i < 4; i++)
            (await client.GetBlockNumberAsync(Token)).Value.ShouldBe(2UL);
        Volatile.Write(ref well, true);
        var waiting = System.Diagnostics.Stopwatch.StartNew();
        while ((await client.GetBlockNumberAsync(Token)).Value != 1UL)
        {
            waiting.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(10, Token);
        }
    }

    /// <summary>What is to stay in order is not cut where others wait too, and where a node takes fewer, its parts go one after the other.</summary>
    [Fact]
    public async Task SendRawTransactions_OthersWaitToo_ComeInOrder()
    {
        var seen = new List<string>();
        await using var node = new ScriptedNode(body =>
        {
            lock (seen)
            {
                var calls = body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().ToArray() : [body];
                seen.AddRange(calls.Where(static c => c.GetProperty("method").GetString() == "eth_sendRawTransaction").Select(static c => c.GetProperty("params")[0].GetString()!));
                return body.ValueKind == JsonValueKind.Array ? $"[{string.Join(',', calls.Select(static c => ScriptedNode.One(c, static _ => "\"0x1\"")))}]" : ScriptedNode.One(body, static _ => "\"0x1\"");
            }
        });
        await using var client = node.Client(static o => o with { MaxBatch = 7 });
        using var key = PrivateKeySigner.Create();
        var transactions = Enumerable.Range(0, 50).Select(n => key.Sign(new() { ChainId = 7, Nonce = (ulong)n, GasLimit = 21_000, To = EvmAddress.Zero }).Value).ToArray();
        var others = Enumerable.Range(0, 40).Select(_ => client.GetBlockNumberAsync(Token)).ToArray();
        var sent = client.SendRawTransactionsAsync(transactions, Token);
        var more = Enumerable.Range(0, 40).Select(_ => client.GetBlockNumberAsync(Token)).ToArray();
        (await Task.WhenAll([.. others, .. more])).ShouldAllBe(static r => r.Value == 1UL);
        (await sent).ShouldAllBe(static r => !r.Ok && r.Error!.Failure == EvmFailure.Nonsense); // 0x1 is no hash
        seen.ShouldBe(transactions.Select(static t => Hex.Write(t.Raw.Span)));
    }

    [Fact]
    public async Task Ask_ManyAtOnce_GoTogetherAndEachHasItsOwnAnswer()
    {
        using var gate = new SemaphoreSlim(0);
        await using var node = new ScriptedNode(body =>
        {
            if (body.ValueKind != JsonValueKind.Array)
            {
                if (body.GetProperty("method").GetString() == "first")
                    gate.Wait(TimeSpan.FromSeconds(10));
                return ScriptedNode.One(body, static m => $"\"{m}\"");
            }

            // In reverse, and without the one that asks for nothing.
            return $"[{string.Join(',', body.EnumerateArray().Reverse().Where(c => c.GetProperty("method").GetString() != "lost").Select(c => ScriptedNode.One(c, static m => $"\"{m}\"")))}]";
        });
        await using var client = node.Client(static o => o with { MaxInFlight = 1 });
        var first = client.RequestAsync("first", null, Token);
        await Task.WhenAny(first, Task.Delay(300, Token)); // it is under way
        var many = Enumerable.Range(0, 40).Select(i => client.RequestAsync($"m{i}", null, Token)).ToArray();
        var lost = client.RequestAsync("lost", null, Token);
        gate.Release();
        (await first).Value.GetString().ShouldBe("first");
        for (var i = 0; i < many.Length; i++)
            (await many[i]).Value.GetString().ShouldBe($"m{i}");
        (await lost).Error!.Failure.ShouldBe(EvmFailure.Nonsense);
        node.Bodies.Count.ShouldBeLessThan(10);
    }

    [Fact]
    public async Task Ask_NodeWithoutBatches_IsAskedOneByOne()
    {
        await using var node = new ScriptedNode(static body => body.ValueKind == JsonValueKind.Array
            ? """{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batches are off"}}"""
            : ScriptedNode.One(body, static m => $"\"{m}\""));
        await using var client = node.Client(static o => o with { MaxInFlight = 1 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => client.RequestAsync($"m{i}", null, Token)));
        answers.Select((a, i) => a.Value.GetString() == $"m{i}").ShouldAllBe(static same => same);
    }

    [Fact]
    public async Task Ask_SlowNode_IsGivenUp()
    {
        using var never = new ManualResetEventSlim();
        await using var node = new ScriptedNode(call => call.GetProperty("method").GetString() == "eth_chainId" ? ScriptedNode.One(call, static _ => "") : $"{never.Wait(TimeSpan.FromSeconds(3))}");
        await using var client = node.Client(static o => o with { Timeout = TimeSpan.FromMilliseconds(200) });
        var error = (await client.GetBlockNumberAsync(Token)).Error!;
        never.Set();
        error.Failure.ShouldBe(EvmFailure.Unreachable);
        error.Message.ShouldContain("no answer within 0.2 s");
    }

    [Fact]
    public async Task Dispose_WhileAsking_TellsTheCallers()
    {
        using var never = new ManualResetEventSlim();
        await using var node = new ScriptedNode(call => call.GetProperty("method").GetString() == "eth_chainId" ? ScriptedNode.One(call, static _ => "") : $"{never.Wait(TimeSpan.FromSeconds(10))}");
        var client = node.Client();
        var asked = client.GetBlockNumberAsync(Token);
        await client.DisposeAsync();
        (await asked).Error!.Failure.ShouldBe(EvmFailure.Closed);
        never.Set();
        (await client.GetBlockNumberAsync(Token)).Error!.Failure.ShouldBe(EvmFailure.Closed);
    }
}
