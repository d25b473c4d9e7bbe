using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Proving;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;

namespace Banyan.Engines.Tests.Evm;

/// <summary>Proofs of events, made from what a real node answers.</summary>
public class EventProofTests
{
    private static readonly string Topic = "0x" + new string('7', 64);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Make_OfEachEventOfAFullBlock_LeadsToTheBlocksHash_AndNothingAlteredDoes()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        var client = node.Client;
        var logs = await FillABlockAsync(node, 20);
        foreach (var log in logs)
        {
            var made = await EventProver.MakeAsync(client, log, Stop);
            made.Ok.ShouldBeTrue(made.Error?.Message);
            made.Value.Check(out var proven).ShouldBeNull();
            proven!.Block.Hash.ShouldBe(log.BlockHash);
            proven.Block.Number.ShouldBe(log.BlockNumber);
            proven.Transaction.ShouldBe(log.TransactionHash);
            proven.Log.Topics.ShouldBe(log.Topics);
            proven.Log.Data.ShouldBe(log.Data.ToArray());
        }

        var proof = (await EventProver.MakeAsync(client, logs[7], Stop)).Value;
        (proof with { Index = proof.Index + 1 }).Check(out _)!.ShouldStartWith("the proof of the receipt ");
        (proof with { Event = 1 }).Check(out _)!.ShouldStartWith("the receipt has no event 1");
        (proof with { Receipt = Altered(proof.Receipt) }).Check(out _)!.ShouldStartWith("the proof of the receipt has a node");
        (proof with { Transaction = Altered(proof.Transaction) }).Check(out _)!.ShouldStartWith("the proof of the transaction has a node");
        (proof with { Receipt = [.. proof.Receipt.SkipLast(1)] }).Check(out _).ShouldBe("the proof of the receipt ends before the key");
        for (var i = 0; i < proof.Header.Length; i++)
        {
            var header = proof.Header.ToArray();
            header[i] ^= 1;
            var problem = (proof with { Header = header }).Check(out var other);
            (problem is not null || other!.Block.Hash != logs[7].BlockHash).ShouldBeTrue($"byte {i} of the header was altered");
        }
    }

    /// <summary>Answers that don't fit each other make no proof: the node is said to lie, in words that name the block.</summary>
    [Theory]
    [InlineData("eth_getBlockReceipts", "\"status\":\"0x1\"", "\"status\":\"0x0\"")]
    [InlineData("eth_getBlockReceipts", "\"cumulativeGasUsed\":\"0x", "\"cumulativeGasUsed\":\"0x1")]
    [InlineData("eth_getBlockByHash", "\"timestamp\":\"0x", "\"timestamp\":\"0x1")]
    [InlineData("eth_getBlockByHash", "\"receiptsRoot\":\"0x", "\"receiptsRoot\":\"0x1")]
    public async Task Make_ANodeThatAnswersNonsense_GivesNone(string method, string was, string becomes)
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        var log = (await FillABlockAsync(node, 3))[1];
        using var http = new HttpClient();
        await using var liar = new ScriptedNode(call =>
        {
            using var content = new StringContent(call.GetRawText(), System.Text.Encoding.UTF8, "application/json");
            using var answer = http.PostAsync(node.Address, content).GetAwaiter().GetResult();
            var text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            return call.GetRawText().Contains(method, StringComparison.Ordinal) ? text.Replace(was, becomes, StringComparison.Ordinal) : text;
        });
        await using var client = new EvmClient(EvmClientOptions.For(liar.Address, Anvil.ChainId));

        var proof = await EventProver.MakeAsync(client, log, Stop);

        proof.Error.ShouldNotBeNull().Failure.ShouldBe(EvmFailure.Nonsense);
        proof.Error.Message.ShouldStartWith("a node answered nonsense: ");
    }

    private static List<ReadOnlyMemory<byte>> Altered(IReadOnlyList<ReadOnlyMemory<byte>> nodes)
    {
        var last = nodes[^1].ToArray();
        last[^1] ^= 1;
        return [.. nodes.SkipLast(1), last];
    }

    /// <summary>A block with as many transactions, each of which tells one event.</summary>
    private static async Task<List<EvmLog>> FillABlockAsync(Anvil node, int count)
    {
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, cancellationToken: Stop)).Value;
        var contract = EvmAddress.OfContract(key.Address, 0);
        var sent = new List<PendingTransaction> { (await sender.SendAsync(new EvmRequest { Data = TinyContracts.Noter(Topic) }, Stop)).Value };
        await node.AskAsync("evm_mine");
        (await sent[0].Outcome).Value.Succeeded.ShouldBeTrue();
        for (var i = 0; i < count; i++)
            sent.Add((await sender.SendAsync(new EvmRequest { To = contract, Data = Convert.FromHexString($"{i:x64}{new string('e', 2 * i)}"), GasLimit = 100_000 }, Stop)).Value);
        await node.AskAsync("evm_mine");
        var height = (await node.Client.GetBlockNumberAsync(Stop)).Value;
        var logs = (await node.Client.GetLogsAsync(new LogFilter { Addresses = [contract] }, height, height, Stop)).Value;
        logs.Count.ShouldBe(count);
        return logs;
    }
}
