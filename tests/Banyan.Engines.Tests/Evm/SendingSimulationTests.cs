using System.Buffers.Binary;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Engines.Tests.Evm;

/// <summary>Sending many at once, on chains that drop, put aside, and reorganise.</summary>
public class SendingSimulationTests
{
    private const int Each = 100;
    private static readonly SenderOptions Quick = new() { PollEvery = TimeSpan.FromMilliseconds(10), StuckAfter = TimeSpan.FromMilliseconds(40), MaxPending = 100 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Whatever the chain does, each request is in it once, and each receipt that was told is of a block that stays.</summary>
    [Theory(Timeout = 240_000)]
    [InlineData(1, 3, true)]
    [InlineData(2, 2, true)]
    [InlineData(3, 4, false)]
    [InlineData(4, 1, true)]
    [InlineData(5, 1, false)]
    public async Task Send_ManyOnABadChain_EachOnceAndReceiptsStay(int seed, int confirmations, bool blockReceipts)
    {
        var chain = new SimulatedChain(seed, deepest: confirmations - 1) { GivesBlockReceipts = blockReceipts, DropsOne = true };
        await using var node = new ScriptedNode(chain.Answer);
        await using var client = Client(node);
        using var first = PrivateKeySigner.Create();
        using var second = PrivateKeySigner.Create();
        var requests = await Task.WhenAll(SendAsync(client, first, confirmations, 0), SendAsync(client, second, confirmations, Each));

        var mined = chain.Mined();
        mined.Select(static t => t.Transaction).Where(static t => t.To != EvmAddress.Zero).ShouldBeEmpty("no filler was needed: nobody else has the keys");
        mined.Select(static t => BinaryPrimitives.ReadInt32BigEndian(t.Transaction.Data.Span)).Order().ShouldBe(Enumerable.Range(0, 2 * Each));
        foreach (var (number, receipt) in requests.SelectMany(static r => r))
        {
            var block = chain.At(receipt.BlockNumber).ShouldNotBeNull();
            block.Hash.ShouldBe(receipt.BlockHash);
            var transaction = block.Transactions[(int)receipt.TransactionIndex];
            transaction.Hash.ShouldBe(receipt.TransactionHash);
            BinaryPrimitives.ReadInt32BigEndian(transaction.Transaction.Data.Span).ShouldBe(number);
        }

        chain.Dropped.ShouldBeGreaterThan(0);
        if (confirmations > 1)
            chain.Reorganised.ShouldBeGreaterThan(0);
    }

    /// <summary>What several senders of a client wait for is asked of the node once a block, not once a transaction.</summary>
    [Fact(Timeout = 240_000)]
    public async Task Send_ManyOfSeveralSenders_AskForBlocksNotForTransactions()
    {
        var chain = new SimulatedChain(9, deepest: 0) { Busy = 0 };
        await using var node = new ScriptedNode(chain.Answer);
        await using var client = Client(node);
        using var first = PrivateKeySigner.Create();
        using var second = PrivateKeySigner.Create();
        await Task.WhenAll(SendAsync(client, first, 1, 0), SendAsync(client, second, 1, Each));
        chain.Asked("eth_getTransactionReceipt").ShouldBeLessThan(Each);
        chain.Asked("eth_getBlockReceipts").ShouldBeGreaterThan(0);
    }

    /// <summary>A node sees nonces in their order, however many sign at once.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Send_FromManyThreads_NoncesComeInOrder()
    {
        var seen = new List<ulong>();
        var chain = new SimulatedChain(11, deepest: 0) { Busy = 0, Sent = t => seen.Add(t.Transaction.Nonce) };
        await using var node = new ScriptedNode(chain.Answer);
        await using var client = Client(node);
        using var key = PrivateKeySigner.Create();
        await using var sender = (await TransactionSender.OpenAsync(client, key, Quick with { MaxPending = 500, StuckAfter = TimeSpan.FromMinutes(5) }, cancellationToken: Token)).Value;
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(() => sender.SendAsync(Request(i), Token), Token)));
        seen.ShouldBe(Enumerable.Range(0, 400).Select(static n => (ulong)n));
    }

    /// <summary>A signer that fails holds nobody back, and one that is slow only those after it.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Send_SignerRefusesOne_TheOthersGoOn()
    {
        var chain = new SimulatedChain(12, deepest: 0) { Busy = 0 };
        await using var node = new ScriptedNode(chain.Answer);
        await using var client = Client(node);
        using var key = PrivateKeySigner.Create();
        var refusing = new SelectiveSigner(key);
        await using var sender = (await TransactionSender.OpenAsync(client, refusing, Quick, cancellationToken: Token)).Value;
        var refused = sender.SendAsync(Request(SelectiveSigner.Refused), Token);
        await refusing.Asked;
        var others = Enumerable.Range(0, 20).Select(i => sender.SendAndWaitAsync(Request(i), Token)).ToArray();
        chain.Asked("eth_sendRawTransaction").ShouldBe(0);
        refusing.Decide.SetResult();
        (await refused).Error!.Failure.ShouldBe(EvmFailure.NotSigned);
        (await sender.SendAndWaitAsync(Request(21), Token)).Ok.ShouldBeTrue(); // takes the nonce that was not used
        foreach (var other in others)
            (await other).Ok.ShouldBeTrue();
    }

    /// <summary>Asked for twice while it is being signed, it is one.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Send_SameIdWhileItIsSigned_IsTheSame()
    {
        var chain = new SimulatedChain(13, deepest: 0) { Busy = 0 };
        await using var node = new ScriptedNode(chain.Answer);
        await using var client = Client(node);
        using var key = PrivateKeySigner.Create();
        var signer = new SelectiveSigner(key);
        await using var sender = (await TransactionSender.OpenAsync(client, signer, Quick, cancellationToken: Token)).Value;
        var request = Request(SelectiveSigner.Slow) with { Id = "twice" };
        var first = sender.SendAsync(request, Token);
        await signer.Asked;
        var second = sender.SendAsync(request, Token);
        signer.Decide.SetResult();
        (await first).Value.Hash.ShouldBe((await second).Value.Hash);
        (await (await first).Value.Outcome.WaitAsync(Token)).Ok.ShouldBeTrue();
        chain.Mined().Count.ShouldBe(1);
    }

    /// <summary>Closing while much is under way tells every caller, and leaves all to the next run.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Dispose_WhileMuchIsUnderWay_TellsEveryoneAndTheNextRunEndsIt()
    {
        var chain = new SimulatedChain(14, deepest: 0) { Busy = 0 };
        await using var node = new ScriptedNode(chain.Answer);
        await using var client = Client(node);
        using var key = PrivateKeySigner.Create();
        var store = new MemorySendStore();
        Task<EvmResult<EvmReceipt>>[] asked;
        await using (var sender = (await TransactionSender.OpenAsync(client, key, Quick with { MaxPending = 30 }, store, cancellationToken: Token)).Value)
            asked = [.. Enumerable.Range(0, 80).Select(i => sender.SendAndWaitAsync(Request(i), Token))];
        var told = await Task.WhenAll(asked);
        told.Where(static r => !r.Ok).ShouldAllBe(static r => r.Error!.Failure == EvmFailure.Closed);
        var left = (await store.LoadAsync(7, key.Address, Token)).Select(static r => r.Id).ToArray();
        await using var next = (await TransactionSender.OpenAsync(client, key, Quick, store, cancellationToken: Token)).Value;
        foreach (var pending in left.Select(next.Find).OfType<PendingTransaction>())
            (await pending.Outcome.WaitAsync(Token)).Ok.ShouldBeTrue();
        chain.Mined().Count.ShouldBe(told.Count(static r => r.Ok) + left.Length);
    }

    private static EvmClient Client(ScriptedNode node) => node.Client(static o => o with { FirstBreak = TimeSpan.FromMilliseconds(10), LongestBreak = TimeSpan.FromMilliseconds(20) });

    private static EvmRequest Request(int number)
    {
        var data = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(data, number);
        return new() { To = EvmAddress.Zero, Data = data, GasLimit = 30_000 };
    }

    /// <summary>Sends as many as are <see cref="Each"/>; one that is refused because the node is busy is asked again.</summary>
    private static async Task<(int Number, EvmReceipt Receipt)[]> SendAsync(EvmClient client, PrivateKeySigner key, int confirmations, int from)
    {
        EvmResult<TransactionSender> opened;
        while (!(opened = await TransactionSender.OpenAsync(client, key, Quick with { Confirmations = confirmations }, cancellationToken: Token)).Ok)
            opened.Error.MayRetry.ShouldBeTrue();
        await using var sender = opened.Value;
        return await Task.WhenAll(Enumerable.Range(from, Each).Select(async number =>
        {
            EvmResult<EvmReceipt> outcome;
            while (!(outcome = await sender.SendAndWaitAsync(Request(number), Token)).Ok)
                outcome.Error.MayRetry.ShouldBeTrue(outcome.Error.Message);
            return (number, outcome.Value);
        }));
    }
}
