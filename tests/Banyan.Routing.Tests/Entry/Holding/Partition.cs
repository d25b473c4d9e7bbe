using Banyan.Routing.Entry;
using Banyan.Routing.Entry.Routes;
using Banyan.Routing.Tests.Entry.Forwarding;
using Banyan.Routing.Tests.Entry.Routes;

namespace Banyan.Routing.Tests.Entry.Holding;

/// <summary>Partition <c>east</c>: its cell at home, its standby's cell in <c>west</c>, the store that says which one serves, and an entry before them.</summary>
internal sealed class Partition : IAsyncDisposable
{
    private Partition(Ledger ledger) => (Ledger, East, West) = (ledger, new StandIn("east", ledger), new StandIn("west", ledger));

    public Ledger Ledger { get; }

    public StandIn East { get; }

    public StandIn West { get; }

    public MemoryStore Store { get; } = new();

    public TestEntry Entry { get; private set; } = null!;

    public HttpClient Client => Entry.Client;

    public HoldFigures Holds => Entry.Metrics.HoldsOf("east");

    public EntryRegion Region => Entry.State.Current.Regions[0];

    public static async Task<Partition> StartAsync(EntryOptions? options = null, bool record = true, Action<Partition>? prepare = null)
    {
        var partition = new Partition(new Ledger());
        partition.West.Mood = Mood.Standby;
        await partition.East.StartAsync();
        await partition.West.StartAsync();
        if (record)
            partition.Store.Put("east", 1, "east");
        prepare?.Invoke(partition);
        partition.Entry = await TestEntry.StartAsync(
            [new EntryRegion { Name = "east", Address = partition.East.Address, Others = [new EntryHolder("west", partition.West.Address)] }],
            options ?? new EntryOptions(),
            partition.Store);
        return partition;
    }

    /// <summary>The control plane's decision: the standby takes over.</summary>
    public void Raise(int epoch = 2, string primary = "west") => Store.Put("east", epoch, primary);

    public static HttpRequestMessage Change(string? key, string body = "body") => With(key, new StringContent(body));

    public static HttpRequestMessage With(string? key, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/regions/east/changes") { Content = content };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return request;
    }

    public Task UntilAsync(Func<bool> condition) => Entry.UntilAsync(_ => condition());

    public async ValueTask DisposeAsync()
    {
        await Entry.DisposeAsync();
        await East.DisposeAsync();
        await West.DisposeAsync();
        await Store.DisposeAsync();
    }
}
