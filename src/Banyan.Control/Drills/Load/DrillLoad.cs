using System.Net;
using System.Text.Json;
using Banyan.Control.Credentials;

namespace Banyan.Control.Drills.Load;

/// <summary>
/// The load of a drill: writers with and without a key, on a connection that they keep and on a new one each time, by
/// every front door; readers; and a subscriber. Begins with <see cref="StartAsync"/>, ends with <see cref="StopAsync"/>.
/// </summary>
internal sealed class DrillLoad : IAsyncDisposable
{
    /// <summary>Requests of the last moment may still be held; longer than an entry holds them.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(50);

    /// <summary>How many clients write and read; the drill itself and its subscriber come beside.</summary>
    public const int Clients = 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopSubscriber = new();
    private readonly List<LoadClient> _clients = [];
    private readonly List<ILoadDoors> _ways = [];
    private readonly List<Task> _running = [];
    private readonly TimeProvider _time;
    private Task _subscribing = Task.CompletedTask;

    private DrillLoad(LoadRun run, LoadEntrances entrances, int rate, TimeProvider time)
    {
        (Run, Doors, _time) = (run, entrances.Doors, time);
        Ledger = new LoadLedger(time);
        Subscriber = new Subscriber(run, Doors, Ledger, time);
        // Of ten requests four are keyed changes, two plain ones, and four reads.
        Kind[] kinds = [Kind.Keyed, Kind.Keyed, Kind.Keyed, Kind.KeyedNew, Kind.Plain, Kind.PlainNew, Kind.Read, Kind.Read, Kind.ReadNew, Kind.Read];
        var pace = TimeSpan.FromSeconds(kinds.Length / (double)rate);
        for (var i = 0; i < kinds.Length; i++)
        {
            _ways.Add(entrances.Of(i, time));
            var connection = new LoadConnection(_ways[^1], kinds[i] is Kind.Keyed or Kind.Plain or Kind.Read);
            _clients.Add(kinds[i] switch
            {
                Kind.Keyed or Kind.KeyedNew => new KeyedWriter(i + 1, run, connection, Ledger, pace, time),
                Kind.Plain or Kind.PlainNew => new PlainWriter(i + 1, run, connection, Ledger, pace, time),
                _ => new Reader(i + 1, (i % 6) + 1, run, connection, Ledger, pace, time),
            });
        }
    }

    private enum Kind
    {
        Keyed,
        KeyedNew,
        Plain,
        PlainNew,
        Read,
        ReadNew,
    }

    public LoadRun Run { get; }

    public IReadOnlyList<Uri> Doors { get; }

    /// <summary>How its clients found their front doors, in one line.</summary>
    public string Ways => LoadEntrances.Describe(_ways);

    public LoadLedger Ledger { get; }

    public Subscriber Subscriber { get; }

    /// <summary>Opens a run in a region and starts its clients; returns when the subscriber is connected.</summary>
    /// <param name="scenario">Of the drill.</param>
    /// <param name="region">Whose residents the clients are.</param>
    /// <param name="entrances">How clients find front doors.</param>
    /// <param name="keys">What its clients show; none where nobody is asked.</param>
    /// <param name="rate">Requests a second, all clients together.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DrillException">The region does not take changes.</exception>
    public static async Task<DrillLoad> StartAsync(string scenario, string region, LoadEntrances entrances, IReadOnlyList<ApiCredential> keys, int rate, TimeProvider time, CancellationToken cancellationToken)
    {
        var load = new DrillLoad(await OpenAsync(scenario, region, entrances.Doors, keys, cancellationToken), entrances, rate, time);
        try
        {
            load._subscribing = load.Subscriber.RunAsync(load._stopSubscriber.Token);
            await load.Subscriber.Open.WaitAsync(TimeSpan.FromSeconds(10), time, cancellationToken);
            foreach (var client in load._clients)
                load._running.Add(client.RunAsync(load._stop.Token));
            return load;
        }
        catch (Exception failed)
        {
            await load.DisposeAsync();
            if (failed is TimeoutException)
                throw new DrillException($"the region {region} opens no stream of events: see `banyan status`");
            throw;
        }
    }

    /// <summary>Ends the clients: each ends the request that it is at.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(EndPatience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits until the subscriber has had every acknowledged change, for some time at most; then ends it.</summary>
    /// <returns>How many never came.</returns>
    public async Task<int> EndSubscriberAsync(LoadFigures figures, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        int missing;
        while ((missing = figures.Acknowledged.Count(c => Subscriber.CountOf(c.Client, c.Seq) == 0)) > 0 && _time.GetElapsedTime(began) < patience)
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancellationToken);
        await _stopSubscriber.CancelAsync();
        await _subscribing;
        return missing;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _stopSubscriber.CancelAsync();
        await _subscribing;
        foreach (var client in _clients)
            client.Dispose();
        Subscriber.Dispose();
        _stop.Dispose();
        _stopSubscriber.Dispose();
    }

    private static async Task<LoadRun> OpenAsync(string scenario, string region, IReadOnlyList<Uri> doors, IReadOnlyList<ApiCredential> keys, CancellationToken cancellationToken)
    {
        using var connection = new LoadConnection(doors, keep: true);
        try
        {
            using var answer = await AskAsync();
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new DrillException($"the region {region} takes no changes ({(int)answer.StatusCode}): see `banyan status`");
            using var json = JsonDocument.Parse(body);
            return new LoadRun(region, json.RootElement.GetProperty("id").GetGuid(), keys);
        }
        catch (HttpRequestException unreachable)
        {
            throw new DrillException($"no front door answers ({unreachable.GetBaseException().Message}): start the platform with `banyan up`", unreachable);
        }

        HttpRequestMessage Make(Uri door)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(door, $"/drills/v1/runs?scenario={scenario}&region={region}"));
            request.Headers.Add("Banyan-Region", region);
            request.Headers.Add("Idempotency-Key", $"\"{Guid.NewGuid():N}\"");
            if (keys.Count > 0)
                keys[^1].AddTo(request.Headers); // The newest: a cell that knows it knows them all.
            return request;
        }

        async Task<HttpResponseMessage> AskAsync()
        {
            for (var tries = 1; ; tries++)
            {
                var answer = await connection.SendAsync(Make, HttpCompletionOption.ResponseContentRead, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.Unauthorized || keys.Count == 0 || tries == 20)
                    return answer;
                answer.Dispose(); // It has not heard of the keys yet.
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
    }
}
