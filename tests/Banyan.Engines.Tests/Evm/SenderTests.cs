using System.Diagnostics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;

namespace Banyan.Engines.Tests.Evm;

/// <summary>Sending, against a real node.</summary>
public class SenderTests
{
    private static readonly EvmAddress Somebody = EvmAddress.Parse("0x000000000000000000000000000000000000dEaD");
    private static readonly SenderOptions Quick = new() { PollEvery = TimeSpan.FromMilliseconds(20), StuckAfter = TimeSpan.FromMilliseconds(200) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task SendAndWait_PaymentAndContract_HaveTheirReceipts()
    {
        await using var node = await Anvil.StartAsync();
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, cancellationToken: Token)).Value;

        var paid = (await sender.SendAndWaitAsync(new() { To = Somebody, Value = 5 }, Token)).Value;
        paid.Succeeded.ShouldBeTrue();
        paid.From.ShouldBe(key.Address);
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)5);

        var noted = AbiEvent.Parse("event Noted(uint256 indexed word)");
        var made = (await sender.SendAndWaitAsync(new() { Data = TinyContracts.Noter(noted.Topic.ToString()) }, Token)).Value;
        made.ContractAddress.ShouldBe(EvmAddress.OfContract(key.Address, 1));
        (await node.Client.GetCodeAsync(made.ContractAddress!.Value, BlockTag.Latest, Token)).Value.ShouldNotBeEmpty();

        var told = (await sender.SendAndWaitAsync(new() { To = made.ContractAddress, Data = new byte[31].Append((byte)7).ToArray() }, Token)).Value;
        noted.TryDecode(told.Logs.ShouldHaveSingleItem().Topics, told.Logs[0].Data.Span, out var values, out var problem).ShouldBeTrue(problem);
        values[0].ShouldBe(new System.Numerics.BigInteger(7));
        sender.State.ShouldBe(new SenderState(0, null, 3, 0, 0, null));
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_WhatReverts_SaysTheReasonAndUsesNoNonce()
    {
        await using var node = await Anvil.StartAsync();
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, cancellationToken: Token)).Value;
        var made = (await sender.SendAndWaitAsync(new() { Data = TinyContracts.Reverter }, Token)).Value.ContractAddress!.Value;

        var refused = await sender.SendAsync(new() { To = made }, Token);
        refused.Error!.Failure.ShouldBe(EvmFailure.Reverted);
        refused.Error.Reason.ShouldBe("user error");
        (await node.Client.CallAsync(new() { To = made }, BlockTag.Latest, Token)).Error!.Reason.ShouldBe("user error");

        // With a gas limit of its own it is not tried beforehand: it is in a block, and says that it failed.
        (await sender.SendAndWaitAsync(new() { To = made, GasLimit = 100_000 }, Token)).Value.Succeeded.ShouldBeFalse();
        (await sender.SendAndWaitAsync(new() { To = Somebody }, Token)).Value.Succeeded.ShouldBeTrue();
        sender.State.NextNonce.ShouldBe(3UL);
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_SeveralAccountsAtOnce_EveryTransactionOnce()
    {
        await using var node = await Anvil.StartAsync("--block-time", "1", "--mixed-mining");
        const int Each = 120;
        var keys = Enumerable.Range(0, 3).Select(Anvil.Key).ToArray();
        var senders = new List<TransactionSender>();
        foreach (var key in keys)
            senders.Add((await TransactionSender.OpenAsync(node.Client, key, Quick with { MaxPending = 50 }, cancellationToken: Token)).Value);
        var receipts = await Task.WhenAll(senders.SelectMany(s => Enumerable.Range(0, Each).Select(_ => s.SendAndWaitAsync(new() { To = Somebody, Value = 1, GasLimit = 21_000 }, Token))));
        receipts.ShouldAllBe(r => r.Ok && r.Value.Succeeded);
        receipts.Select(r => r.Value.TransactionHash).Distinct().Count().ShouldBe(3 * Each);
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)(3 * Each));
        foreach (var (sender, key) in senders.Zip(keys))
        {
            (await node.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Token)).Value.ShouldBe((ulong)Each);
            await sender.DisposeAsync();
            key.Dispose();
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_DroppedByTheNode_IsGivenAgain()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, cancellationToken: Token)).Value;
        var sent = (await sender.SendAsync(new() { To = Somebody, Value = 1 }, Token)).Value;
        await node.AskAsync("anvil_dropTransaction", w => w.WriteStringValue(sent.Hash.ToString()));
        (await node.Client.HasTransactionAsync(sent.Hash, Token)).Value.ShouldBeFalse();
        await UntilAsync(async () => (await node.Client.HasTransactionAsync(sent.Hash, Token)).Value);
        await node.MineAsync();
        (await sent.Outcome.WaitAsync(Token)).Value.TransactionHash.ShouldBe(sent.Hash);
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_PaysTooLittle_IsReplacedByAnEighthMore()
    {
        await using var node = await Anvil.StartAsync("--no-mining", "--block-base-fee-per-gas", "1000000000");
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, cancellationToken: Token)).Value;
        var sent = (await sender.SendAsync(new() { To = Somebody, Value = 1 }, Token)).Value;
        var first = sent.Hash;

        // Gas becomes dearer than the transaction pays: blocks go by without it.
        await RaiseBaseFeeAsync(node, 20_000_000_000);
        await UntilAsync(async () =>
        {
            await RaiseBaseFeeAsync(node, 20_000_000_000);
            return sender.State.Replaced > 0;
        });
        await UntilAsync(async () =>
        {
            await node.MineAsync();
            return sent.Outcome.IsCompleted;
        });
        var receipt = (await sent.Outcome).Value;
        receipt.TransactionHash.ShouldNotBe(first);
        receipt.Succeeded.ShouldBeTrue();
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)1);
        (await node.Client.GetReceiptAsync(first, Token)).Value.ShouldBeNull();
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_FeesBeyondTheCap_IsRefusedBeforehand()
    {
        await using var node = await Anvil.StartAsync("--block-base-fee-per-gas", "1000000000");
        using var key = Anvil.Key(0);
        var fees = new FeePolicy { MaxFeePerGas = 500_000_000 };
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick with { Fees = fees }, cancellationToken: Token)).Value;
        var refused = (await sender.SendAsync(new() { To = Somebody }, Token)).Error!;
        refused.Failure.ShouldBe(EvmFailure.FeesBeyondCap);
        refused.MayRetry.ShouldBeTrue();
        sender.State.Pending.ShouldBe(0);
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_AnotherProcessUsesTheAccount_GetsAnotherNonce()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick with { StuckAfter = TimeSpan.FromMinutes(5) }, cancellationToken: Token)).Value;
        var sent = (await sender.SendAsync(new() { To = Somebody, Value = 3, Id = "mine" }, Token)).Value;

        // Somebody else with the key pays much more for the same nonce.
        var theirs = key.Sign(new() { ChainId = Anvil.ChainId, Nonce = 0, To = Somebody, Value = 1000, GasLimit = 21_000, MaxFeePerGas = 100_000_000_000, MaxPriorityFeePerGas = 50_000_000_000 }).Value;
        (await node.Client.SendRawTransactionAsync(theirs, Token)).Value.ShouldBe(theirs.Hash);
        await UntilAsync(async () =>
        {
            await node.MineAsync();
            return sent.Outcome.IsCompleted;
        });
        (await sent.Outcome).Value.Succeeded.ShouldBeTrue();
        sender.State.Displaced.ShouldBe(1);
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)1003);
        sender.State.NextNonce.ShouldBe(2UL);
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_AnotherProcessAndNotAgain_SaysSo()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, cancellationToken: Token)).Value;
        var sent = (await sender.SendAsync(new() { To = Somebody, Value = 3, AgainWhenDisplaced = false }, Token)).Value;
        var theirs = key.Sign(new() { ChainId = Anvil.ChainId, Nonce = 0, To = Somebody, GasLimit = 21_000, MaxFeePerGas = 100_000_000_000, MaxPriorityFeePerGas = 50_000_000_000 }).Value;
        (await node.Client.SendRawTransactionAsync(theirs, Token)).Ok.ShouldBeTrue();
        await UntilAsync(async () =>
        {
            await node.MineAsync();
            return sent.Outcome.IsCompleted;
        });
        (await sent.Outcome).Error!.Failure.ShouldBe(EvmFailure.Displaced);
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)0);
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_GapBefore_IsFilled()
    {
        await using var node = await Anvil.StartAsync();
        using var key = Anvil.Key(0);
        // What an earlier run has stored has nonce 2; those before it are nobody's.
        var store = new MemorySendStore();
        var stored = key.Sign(new() { ChainId = Anvil.ChainId, Nonce = 2, To = Somebody, Value = 9, GasLimit = 21_000, MaxFeePerGas = 20_000_000_000 }).Value;
        await store.PutAsync(new(Anvil.ChainId, key.Address, "old", 2, DateTimeOffset.UnixEpoch, true, [stored.Raw.ToArray()]), Token);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, store, cancellationToken: Token)).Value;
        var old = sender.Find("old").ShouldNotBeNull();
        (await old.Outcome.WaitAsync(TimeSpan.FromSeconds(30), Token)).Value.TransactionHash.ShouldBe(stored.Hash);
        (await node.Client.GetTransactionCountAsync(key.Address, BlockTag.Latest, Token)).Value.ShouldBe(3UL);
        (await store.LoadAsync(Anvil.ChainId, key.Address, Token)).ShouldBeEmpty();
    }

    [Fact(Timeout = 120_000)]
    public async Task Restart_WithAFile_ForgetsAndDoublesNothing()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        using var key = Anvil.Key(0);
        var folder = Directory.CreateTempSubdirectory("banyan-sender-").FullName;
        var file = Path.Combine(folder, "sending");
        EvmHash hash;
        await using (var store = FileSendStore.Open(file))
        await using (var before = (await TransactionSender.OpenAsync(node.Client, key, Quick, store, cancellationToken: Token)).Value)
        {
            hash = (await before.SendAsync(new() { Id = "checkpoint-7", To = Somebody, Value = 1 }, Token)).Value.Hash;
        }

        await node.AskAsync("anvil_dropTransaction", w => w.WriteStringValue(hash.ToString()));
        await File.AppendAllTextAsync(file, """{"Record":{"ChainId":31337,"Acc""", Token); // cut off by a crash
        await using (var store = FileSendStore.Open(file))
        await using (var after = (await TransactionSender.OpenAsync(node.Client, key, Quick, store, cancellationToken: Token)).Value)
        {
            var again = (await after.SendAsync(new() { Id = "checkpoint-7", To = Somebody, Value = 1 }, Token)).Value;
            again.Hash.ShouldBe(hash);
            await UntilAsync(async () => (await node.Client.HasTransactionAsync(hash, Token)).Value);
            await node.MineAsync();
            (await again.Outcome.WaitAsync(Token)).Value.TransactionHash.ShouldBe(hash);
            (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)1);
        }

        await using (var store = FileSendStore.Open(file))
            (await store.LoadAsync(Anvil.ChainId, key.Address, Token)).ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    [Fact(Timeout = 120_000)]
    public async Task Confirmations_Reorganised_CountsTheBlockThatStays()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick with { Confirmations = 3 }, cancellationToken: Token)).Value;
        await node.MineAsync(3);
        var sent = (await sender.SendAsync(new() { To = Somebody, Value = 1 }, Token)).Value;
        await node.MineAsync(2);
        var first = (await node.Client.GetReceiptAsync(sent.Hash, Token)).Value.ShouldNotBeNull();
        await node.ReorgAsync(2); // the block with the transaction is gone
        sent.Outcome.IsCompleted.ShouldBeFalse();
        await UntilAsync(async () =>
        {
            await node.MineAsync();
            return sent.Outcome.IsCompleted;
        });
        var receipt = (await sent.Outcome).Value;
        receipt.BlockHash.ShouldNotBe(first.BlockHash);
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)1);
    }

    [Fact(Timeout = 120_000)]
    public async Task Send_NodeAway_GoesOnWhenItIsBack()
    {
        await using var node = await Anvil.StartAsync();
        using var key = Anvil.Key(0);
        await using var sender = (await TransactionSender.OpenAsync(node.Client, key, Quick, cancellationToken: Token)).Value;
        (await sender.SendAndWaitAsync(new() { To = Somebody, Value = 1 }, Token)).Ok.ShouldBeTrue();
        node.Kill();
        (await sender.SendAsync(new() { To = Somebody, Value = 1, GasLimit = 21_000 }, Token)).Error!.Failure.ShouldBe(EvmFailure.Unreachable);
        await node.RestartAsync(); // and has forgotten all: a chain that was begun anew

        await UntilAsync(async () => (await sender.SendAsync(new() { To = Somebody, Value = 1, GasLimit = 21_000, Id = "late" }, Token)).Ok);
        // Nonce 0 of the new chain is nobody's: it is filled, and the transaction of nonce 1 follows.
        (await sender.Find("late")!.Outcome.WaitAsync(TimeSpan.FromSeconds(30), Token)).Value.Succeeded.ShouldBeTrue();
        (await node.Client.GetBalanceAsync(Somebody, BlockTag.Latest, Token)).Value.ShouldBe((UInt256)1);
    }

    private static async Task RaiseBaseFeeAsync(Anvil node, ulong fee)
    {
        await node.AskAsync("anvil_setNextBlockBaseFeePerGas", w => w.WriteStringValue($"0x{fee:x}"));
        await node.MineAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var deadline = Stopwatch.StartNew();
        while (!await condition())
        {
            deadline.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(20, Token);
        }
    }
}
