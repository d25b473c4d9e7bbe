using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Transactions;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

/// <summary>The pure parts of sending: fees and nonces.</summary>
public class SendingRulesTests
{
    [Theory]
    [InlineData(0, 0, 0UL, 0UL)]
    [InlineData(10, 2, 22UL, 2UL)]
    [InlineData(10, 90, 70UL, 50UL)]
    [InlineData(90, 2, 100UL, 2UL)]
    [InlineData(100, 0, 100UL, 0UL)]
    public void For_BaseFeeAndTips_StaysWithinTheCaps(int baseFee, int tip, ulong most, ulong tips)
    {
        var policy = new FeePolicy { MaxFeePerGas = 100, MaxTip = 50 };
        FeeQuote.For(policy, (UInt128)baseFee, [0, (UInt128)tip, 1000]).ShouldBe(new FeeQuote(EvmTransactionType.DynamicFee, most, tips));
        FeeQuote.For(policy, 101, []).ShouldBeNull();
    }

    /// <summary>Both fees of a replacement are at least an eighth more, as nodes ask, and never beyond the cap.</summary>
    [Fact]
    public void Raised_AnyFees_AreAnEighthMoreOrNothing() => Prop.ForAll<uint, uint, uint>(static (fee, tip, now) =>
    {
        var policy = new FeePolicy { MaxFeePerGas = 4_000_000_000 };
        var before = new FeeQuote(EvmTransactionType.DynamicFee, Math.Max(fee, tip), Math.Min(fee, tip));
        return before.Raised(new(EvmTransactionType.DynamicFee, now, now / 2), policy) is not { } raised
            ? before.MaxFee * 9 / 8 > policy.MaxFeePerGas - 2 || now > policy.MaxFeePerGas
            : raised.MaxFee * 8 >= before.MaxFee * 9 && raised.Tip * 8 >= before.Tip * 9 && raised.MaxFee > before.MaxFee && raised.Tip <= raised.MaxFee && raised.MaxFee <= policy.MaxFeePerGas;
    }).QuickCheckThrowOnFailure();

    /// <summary>Whatever happens, no nonce is given to two at once, and the lowest that is free is given first.</summary>
    [Fact]
    public void NonceBook_AnySteps_NeverGivesOneTwice() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed =>
    {
        var random = new Random(seed);
        var book = new NonceBook();
        var (flying, used) = (new SortedDictionary<ulong, Flight>(), 0UL);
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(5))
            {
                case 0 or 1:
                    var nonce = book.Take();
                    if (nonce < used || flying.ContainsKey(nonce) || Enumerable.Range((int)used, (int)(nonce - used)).Any(n => !flying.ContainsKey((ulong)n)))
                        return false;
                    var flight = new Flight($"{step}", new EvmRequest(), nonce, default);
                    book.Add(flight);
                    flying.Add(nonce, flight);
                    break;
                case 2 when flying.Count > 0: // never sent
                    var back = flying.Keys.ElementAt(random.Next(flying.Count));
                    flying.Remove(back);
                    book.GiveBack(back);
                    break;
                case 3: // the chain goes on, with others' transactions where ours are not
                    used += (ulong)random.Next(3);
                    book.Used(used);
                    foreach (var landed in flying.Values.Where(f => f.Nonce < used).ToArray())
                    {
                        flying.Remove(landed.Nonce);
                        book.Remove(landed);
                    }

                    break;
                default:
                    if (flying.Count > 0 && book.Gaps(used).Any(g => flying.ContainsKey(g) || g < used))
                        return false;
                    break;
            }
        }

        return book.Count == flying.Count;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task FileSendStore_PutAndRemove_IsThereAfterReopening()
    {
        var folder = Directory.CreateTempSubdirectory("banyan-store-").FullName;
        var path = Path.Combine(folder, "sending");
        SendRecord Record(ulong nonce, string id) => new(7, EvmAddress.Zero, id, nonce, DateTimeOffset.UnixEpoch, true, [[1, 2, 3]]);
        await using (var store = FileSendStore.Open(path))
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(i => store.PutAsync(Record((ulong)i, $"r{i}"), default).AsTask()));
            await store.RemoveAsync(Record(3, "r3"), default);
            await store.RemoveAsync(Record(4, "another's"), default); // replaced meanwhile: stays
        }

        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using (var store = FileSendStore.Open(path))
        {
            var kept = await store.LoadAsync(7, EvmAddress.Zero, default);
            kept.Select(static r => r.Nonce).Order().ShouldBe(Enumerable.Range(0, 50).Where(static i => i != 3).Select(static i => (ulong)i));
            kept[0].Raw[0].ShouldBe([1, 2, 3]);
            (await store.LoadAsync(8, EvmAddress.Zero, default)).ShouldBeEmpty();
        }

        Directory.Delete(folder, recursive: true);
    }
}
