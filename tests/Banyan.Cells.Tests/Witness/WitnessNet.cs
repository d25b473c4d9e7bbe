using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Banyan.Cells.Witness;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Tests.Log.Tiles;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Tests.Witness;

/// <summary>Regions with their log keys and witnesses, joined by a wire that a test can cut or have lie.</summary>
internal sealed class WitnessNet : IDisposable
{
    public const string Platform = "kai";
    public static readonly string[] Regions = ["north", "east", "south", "west", "centre"];

    private readonly Dictionary<string, SigningKey> _logKeys = Regions.ToDictionary(static r => r, static _ => SigningKey.Generate(), StringComparer.Ordinal);
    private readonly Dictionary<string, SigningKey> _witnessKeys = Regions.ToDictionary(static r => r, static _ => SigningKey.Generate(), StringComparer.Ordinal);
    private readonly List<IDisposable> _made = [];
    private readonly List<Task> _answers = [];
    private bool _isOver;

    public WitnessNet()
    {
        // Of each partition two regions hold a database.
        Keys = new LogKeys
        {
            Platform = Platform,
            Quorum = LogKeys.QuorumOf(Regions.Length),
            Logs = [.. Regions.Select((r, i) => new LogWriters(Origin(r), r, [Writer(r, r), Writer(r, Regions[(i + 1) % Regions.Length])]))],
            Witnesses = [.. Regions.Select(r => new LogParty(r, WitnessSigner(r).Key))],
        };
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("banyan-witness-").FullName;

    public LogKeys Keys { get; }

    public ConcurrentQueue<(LogLevel Level, string Message)> Said { get; } = [];

    /// <summary>What answers in place of a region's witness.</summary>
    public Dictionary<string, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> Instead { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, RegionWitness> Witnesses { get; } = new(StringComparer.Ordinal);

    public static string Origin(string partition) => LogNames.Origin(Platform, partition);

    public NoteSigner LogSigner(string partition, string region) => NoteSigner.OfLog(Origin(partition), _logKeys[region]);

    public NoteSigner WitnessSigner(string region) => NoteSigner.OfWitness(LogNames.Witness(Platform, region), _witnessKeys[region], TimeProvider.System);

    public WitnessOptions Options(string region) => new()
    {
        Region = region,
        Keys = Keys,
        Signer = WitnessSigner(region),
        Folder = Path.Combine(Folder, region),
        Peers = Regions.ToDictionary(static r => r, static r => new Uri($"http://{r}.test:1/"), StringComparer.Ordinal),
        Patience = TimeSpan.FromSeconds(30), // Who answers is waited for; a test of silence says otherwise.
    };

    /// <summary>The region's witness; the same one until <see cref="Restart"/>.</summary>
    public RegionWitness Witness(string region) => Witnesses.GetOrAdd(region, r => new RegionWitness(Options(r), new SaidLogger<RegionWitness>(Said)));

    public RegionWitness Restart(string region)
    {
        Witnesses.TryRemove(region, out _);
        return Witness(region);
    }

    public CheckpointCosigner Cosigner(string region, Func<WitnessOptions, WitnessOptions>? change = null)
    {
        var witness = change is null ? Witness(region) : new RegionWitness(change(Options(region)), new SaidLogger<RegionWitness>(Said));
        Witnesses[region] = witness;
        var cosigner = new CheckpointCosigner(witness, new SaidLogger<CheckpointCosigner>(Said), new Wire(this));
        _made.Add(cosigner);
        return cosigner;
    }

    /// <summary>A checkpoint of the log as it stands, signed by the region.</summary>
    public SignedNote Sign(string partition, MemoryLog log, string? region = null) =>
        SignedNote.Sign(new Checkpoint(Origin(partition), log.Size, log.Root).Text, LogSigner(partition, region ?? partition));

    public CosigningRequest Request(string partition, MemoryLog log)
    {
        var size = log.Size;
        return new CosigningRequest(new Checkpoint(Origin(partition), size, log.Root), Sign(partition, log), (old, cancel) => new TileTree(log, size).ConsistencyAsync(old, cancel));
    }

    public static async Task<byte[]> BodyAsync(MemoryLog log, long old, SignedNote note) =>
        new AddCheckpointBody(old, old == 0 ? [] : await new TileTree(log, log.Size).ConsistencyAsync(old, CancellationToken.None), note).ToBytes();

    public void Dispose()
    {
        foreach (var made in _made)
            made.Dispose();
        // A witness goes on being asked after a round: what it is writing now is waited for.
        lock (_answers)
            _isOver = true;
        Task.WhenAll(_answers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        foreach (var key in _logKeys.Values.Concat(_witnessKeys.Values))
            key.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private LogParty Writer(string partition, string region) => new(region, LogSigner(partition, region).Key);

    private sealed class Wire(WitnessNet net) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var region = request.RequestUri!.Host.Split('.')[0];
            if (net.Instead.TryGetValue(region, out var instead))
                return await instead(request, cancellationToken);
            Task<HttpResponseMessage> answer;
            lock (net._answers)
            {
                if (net._isOver)
                    throw new HttpRequestException("the test is over");
                net._answers.Add(answer = Task.Run(() => AnswerAsync(net.Witness(region), request, cancellationToken), CancellationToken.None));
            }

            return await answer;
        }
    }

    public static async Task<HttpResponseMessage> AnswerAsync(RegionWitness witness, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/witness/v1/add-checkpoint")
        {
            var answer = witness.Add(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            var content = new ByteArrayContent(answer.Body);
            if (answer.ContentType is not null)
                content.Headers.ContentType = MediaTypeHeaderValue.Parse(answer.ContentType);
            return new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = content };
        }

        return witness.Newest(path.Split('/')[3]) is { } note ? new HttpResponseMessage { Content = new ByteArrayContent(note.ToBytes()) } : new HttpResponseMessage(HttpStatusCode.NotFound);
    }

    private sealed class SaidLogger<T>(ConcurrentQueue<(LogLevel, string)> said) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => said.Enqueue((logLevel, formatter(state, exception)));
    }
}
