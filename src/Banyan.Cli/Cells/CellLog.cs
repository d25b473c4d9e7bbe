using Banyan.Cells.Log;
using Banyan.Cells.Logging;
using Banyan.Cells.Witness;
using Banyan.Control.Log;
using Banyan.Control.Platform;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Notes;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Cells;

/// <summary>What a region's cell keeps logs with, and its witness of the others': one for all of its apps, with the region's two keys.</summary>
internal sealed class CellLog : IDisposable
{
    /// <summary>How long the chain's node may take for an answer to somebody who asks for an anchor.</summary>
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(3);

    private readonly SigningKey _logKey;
    private readonly SigningKey _witnessKey;
    private readonly ILoggerFactory _loggers;

    private CellLog(SigningKey logKey, SigningKey witnessKey, ILoggerFactory loggers, CellLogOptions options, RegionWitness witness) =>
        (_logKey, _witnessKey, _loggers, Options, Witness) = (logKey, witnessKey, loggers, options, witness);

    public CellLogOptions Options { get; }

    public RegionWitness Witness { get; }

    /// <summary>Null where the platform has no log.</summary>
    /// <exception cref="PlatformException">A key can't be used.</exception>
    /// <exception cref="CommandFailure">The environment names an object store that can't be one.</exception>
    public static CellLog? Open(RegionState region, DataFolder data, PlatformState platform, TimeProvider time)
    {
        if (PlatformLogs.KeysOf(platform) is not { } keys)
            return null;
        var logKey = PlatformLogs.Open(data, region.Name, LogKeyState.Writes);
        var witnessKey = PlatformLogs.Open(data, region.Name, LogKeyState.Witnesses);
        var loggers = LoggerFactory.Create(b => b.AddJsonLines(time));
        var log = new CellLogOptions
        {
            Key = logKey,
            Writers = keys.Logs.ToDictionary(static l => l.Origin, static l => (IReadOnlyList<VerifierKey>)[.. l.Writers.Select(static w => w.Key)], StringComparer.Ordinal),
            Keys = keys.ToJson(),
            Objects = LogStoreAddress.Open(data.Objects(region.Name)),
            Anchors = keys.Anchors is { } contract ? new Lazy<AnchorReader>(() => new AnchorReader(new EvmClient(new EvmClientOptions { Endpoints = [.. platform.Chain!.Nodes.Select(static n => new EvmEndpoint(n))], ChainId = (ulong)contract.Chain, Timeout = NodePatience }, time, loggers.CreateLogger<EvmClient>()), contract)) : null,
        };
        var witness = new WitnessOptions
        {
            Region = region.Name,
            Keys = keys,
            Signer = NoteSigner.OfWitness(LogNames.Witness(platform.Platform, region.Name), witnessKey, time),
            Folder = data.Witness(region.Name),
            Peers = platform.Regions.ToDictionary(static r => r.Name, static r => r.Url(r.CellPort), StringComparer.Ordinal),
            Links = platform.Links,
            Time = time,
        };
        return new CellLog(logKey, witnessKey, loggers, log, new RegionWitness(witness, loggers.CreateLogger<RegionWitness>()));
    }

    public void Dispose()
    {
        (Options.Objects as IDisposable)?.Dispose();
        _loggers.Dispose();
        _witnessKey.Dispose();
        _logKey.Dispose();
    }
}
