using System.Globalization;

namespace Banyan.Control.Drills.Load;

/// <summary>Makes changes with an <c>Idempotency-Key</c>: it repeats one until it is told that it is done, and each failure on the way counts.</summary>
internal sealed class KeyedWriter(int number, LoadRun run, LoadConnection connection, LoadLedger ledger, TimeSpan pace, TimeProvider time) : LoadClient(number, run, connection, ledger, pace, time)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);
    private readonly LoadRun _run = run;
    private long _seq;

    protected override async Task StepAsync(CancellationToken stop)
    {
        var seq = ++_seq;
        var key = string.Create(CultureInfo.InvariantCulture, $"{_run.Id:N}-{Number}-{seq}");
        Ledger.Sends(Number, seq);
        while (true)
        {
            if (await MarkAsync(seq, key) is { } receipt)
            {
                Ledger.Acknowledge(Number, seq, receipt);
                return;
            }

            if (stop.IsCancellationRequested)
                return;
            await Task.Delay(BetweenTries, Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>Makes changes without a key: it can't repeat one, since that might do it twice, and goes on with the next.</summary>
internal sealed class PlainWriter(int number, LoadRun run, LoadConnection connection, LoadLedger ledger, TimeSpan pace, TimeProvider time) : LoadClient(number, run, connection, ledger, pace, time)
{
    private long _seq;

    protected override async Task StepAsync(CancellationToken stop)
    {
        var seq = ++_seq;
        Ledger.Sends(Number, seq);
        if (await MarkAsync(seq, key: null) is { } receipt)
            Ledger.Acknowledge(Number, seq, receipt);
    }
}

/// <summary>Reads what another client made: an answer that lacks what that client was told of before is stale.</summary>
internal sealed class Reader(int number, int of, LoadRun run, LoadConnection connection, LoadLedger ledger, TimeSpan pace, TimeProvider time) : LoadClient(number, run, connection, ledger, pace, time)
{
    protected override async Task StepAsync(CancellationToken stop)
    {
        var told = Ledger.LastTold(of);
        if (await GetAsync(string.Create(CultureInfo.InvariantCulture, $"last?client={of}")) is { } last && last.GetProperty("seq").GetInt64() < told)
            Ledger.StaleRead();
    }
}
