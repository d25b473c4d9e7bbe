using Banyan.Cells.Logging;
using Banyan.Cells.Witness;
using Banyan.Control.Log;
using Banyan.Control.Platform;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Notes;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Cells;

/// <summary>The witness of a region's cell, with its key: one for all of its apps.</summary>
internal sealed class CellWitness : IDisposable
{
    private readonly SigningKey _key;
    private readonly ILoggerFactory _loggers;

    private CellWitness(SigningKey key, ILoggerFactory loggers, RegionWitness witness) => (_key, _loggers, Witness) = (key, loggers, witness);

    public RegionWitness Witness { get; }

    /// <summary>Null where the platform has no log.</summary>
    /// <exception cref="PlatformException">Its key can't be used.</exception>
    public static CellWitness? Open(RegionState region, DataFolder data, PlatformState platform, TimeProvider time)
    {
        if (PlatformLogs.KeysOf(platform) is not { } keys)
            return null;
        var key = PlatformLogs.Open(data, region.Name, LogKeyState.Witnesses);
        var loggers = LoggerFactory.Create(b => b.AddJsonLines(time));
        var options = new WitnessOptions
        {
            Region = region.Name,
            Keys = keys,
            Signer = NoteSigner.OfWitness(LogNames.Witness(platform.Platform, region.Name), key, time),
            Folder = data.Witness(region.Name),
            Peers = platform.Regions.ToDictionary(static r => r.Name, static r => r.Url(r.CellPort), StringComparer.Ordinal),
            Links = platform.Links,
            Time = time,
        };
        return new CellWitness(key, loggers, new RegionWitness(options, loggers.CreateLogger<RegionWitness>()));
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _key.Dispose();
    }
}
