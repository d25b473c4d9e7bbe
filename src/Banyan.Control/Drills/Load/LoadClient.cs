using System.Globalization;
using System.Text.Json;

namespace Banyan.Control.Drills.Load;

/// <summary>A client of the platform: one request after the other, at a steady pace. What waits makes it late; it does not catch up.</summary>
/// <param name="number">Its number.</param>
/// <param name="run">The drill's run.</param>
/// <param name="connection">How it comes in; its own.</param>
/// <param name="ledger">Where it writes down what it did and was told.</param>
/// <param name="pace">From one request to the next.</param>
/// <param name="time">The clock.</param>
internal abstract class LoadClient(int number, LoadRun run, LoadConnection connection, LoadLedger ledger, TimeSpan pace, TimeProvider time) : IDisposable
{
    protected int Number => number;

    protected LoadLedger Ledger => ledger;

    protected TimeProvider Time => time;

    /// <summary>Works until told to stop; then ends the request that it is at, within reason.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // Clients don't knock all at once.
        var next = time.GetTimestamp() + (long)(Random.Shared.NextDouble() * pace.TotalSeconds * time.TimestampFrequency);
        while (!stop.IsCancellationRequested)
        {
            var wait = time.GetElapsedTime(time.GetTimestamp(), next);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return;
            await StepAsync(stop);
            next = Math.Max(next + (long)(pace.TotalSeconds * time.TimestampFrequency), time.GetTimestamp());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    /// <summary>One request, or as many as one change takes.</summary>
    protected abstract Task StepAsync(CancellationToken stop);

    /// <summary>Sends a change; null where it failed.</summary>
    protected async Task<Guid?> MarkAsync(long seq, string? key)
    {
        var began = time.GetTimestamp();
        string failure;
        try
        {
            using var answer = await connection.SendAsync(
                door =>
                {
                    var request = run.Request(HttpMethod.Post, door, string.Create(CultureInfo.InvariantCulture, $"marks?client={number}&seq={seq}"), number);
                    if (key is not null)
                        request.Headers.Add("Idempotency-Key", $"\"{key}\"");
                    return request;
                },
                HttpCompletionOption.ResponseContentRead, CancellationToken.None);
            if (answer.IsSuccessStatusCode && answer.Headers.TryGetValues("Banyan-Receipt", out var receipts) && Guid.TryParse(receipts.First(), out var receipt))
            {
                ledger.Ended(time.GetElapsedTime(began), null, key is not null);
                return receipt;
            }

            failure = await DescribeAsync(answer);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            failure = broken is OperationCanceledException ? "no answer in time" : broken.GetBaseException().Message;
        }

        ledger.Ended(time.GetElapsedTime(began), failure, key is not null);
        return null;
    }

    /// <summary>Reads a document; null where it failed.</summary>
    protected async Task<JsonElement?> GetAsync(string path)
    {
        var began = time.GetTimestamp();
        string failure;
        try
        {
            using var answer = await connection.SendAsync(door => run.Request(HttpMethod.Get, door, path, number), HttpCompletionOption.ResponseContentRead, CancellationToken.None);
            if (answer.IsSuccessStatusCode)
            {
                using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
                ledger.Ended(time.GetElapsedTime(began), null, safe: true);
                return json.RootElement.Clone();
            }

            failure = await DescribeAsync(answer);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            failure = broken is OperationCanceledException ? "no answer in time" : broken.GetBaseException().Message;
        }

        ledger.Ended(time.GetElapsedTime(began), failure, safe: true);
        return null;
    }

    private static async Task<string> DescribeAsync(HttpResponseMessage answer)
    {
        const string Prefix = "urn:banyan:problem:";
        var body = await answer.Content.ReadAsStringAsync();
        var start = body.IndexOf(Prefix, StringComparison.Ordinal);
        var end = start < 0 ? -1 : body.IndexOf('"', start);
        return end < 0 ? $"{(int)answer.StatusCode}" : $"{(int)answer.StatusCode} {body[(start + Prefix.Length)..end]}";
    }
}
