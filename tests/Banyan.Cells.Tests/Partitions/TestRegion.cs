using System.Net;
using System.Text.Json;
using Banyan.Cells.Hosting;
using Banyan.Cells.Partitions;
using Banyan.Cells.Records;
using Banyan.Engines.Consensus;
using Banyan.Testing;

namespace Banyan.Cells.Tests.Partitions;

/// <summary>A region's process: one app a partition, by the leases of a store.</summary>
internal sealed class TestRegion : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, HttpClient> _clients = [];
    private Task _running = Task.CompletedTask;

    /// <summary>Starts it; the first partition is its own.</summary>
    public static TestRegion Start(IConsensusStore store, string region, params (string Partition, string Database, Func<IService>? Service)[] partitions) => Start(store, region, deployment: null, partitions);

    /// <summary>As the other; with a deployment, journals tell what the control plane does.</summary>
    public static TestRegion Start(IConsensusStore store, string region, Deployment? deployment, params (string Partition, string Database, Func<IService>? Service)[] partitions)
    {
        var it = new TestRegion();
        var hosted = partitions.Select((p, i) =>
        {
            var port = FreePort.Take();
            it._clients[p.Partition] = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            return new HostedPartition
            {
                Cell = new CellOptions
                {
                    Context = new CellContext { Platform = "test", Region = region, Partition = p.Partition, PublicAddress = new Uri("http://test.example") },
                    ConnectionString = p.Database,
                    Port = port,
                    Deployment = deployment,
                },
                Services = () => [(p.Service ?? NoteService.Create)()],
                Initial = new PartitionRecord { Epoch = 1, Primary = p.Partition },
                IsHome = i == 0,
            };
        }).ToList();
        it._running = PartitionHost.RunAsync(new PartitionHostOptions { Store = store, Region = region, Partitions = hosted }, it._stop.Token);
        return it;
    }

    public Task Running => _running;

    public HttpClient Client(string partition) => _clients[partition];

    public Task<HttpResponseMessage> NoteAsync(string partition) => Client(partition).PostAsync("/notes/v1/notes", new StringContent("noted"));

    /// <summary>The end of the problem's type, or the status where it is none.</summary>
    public async Task<string> TryNoteAsync(string partition)
    {
        try
        {
            using var answer = await NoteAsync(partition);
            return answer.StatusCode != HttpStatusCode.ServiceUnavailable ? $"{(int)answer.StatusCode}"
                : JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("type").GetString()!.Split(':')[^1];
        }
        catch (HttpRequestException)
        {
            return "refused"; // between two apps
        }
    }

    public Task AnswersAsync(string partition, string expected) => Eventually.HoldsAsync(async () => await TryNoteAsync(partition) == expected, $"{partition} answers {expected}");

    /// <summary>The status; asked again where nobody listens for the moment between two apps.</summary>
    public async Task<JsonElement> StatusAsync(string partition)
    {
        JsonElement? status = null;
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                status = JsonDocument.Parse(await Client(partition).GetStringAsync("/cell/v1/status")).RootElement;
            }
            catch (HttpRequestException)
            {
                return false;
            }

            return true;
        }, $"{partition} says its status");
        return status!.Value;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var client in _clients.Values)
            client.Dispose();
        _stop.Dispose();
    }
}
