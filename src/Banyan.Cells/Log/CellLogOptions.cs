using Banyan.Engines.Objects;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Notes;

namespace Banyan.Cells.Log;

/// <summary>What a region needs to keep the logs of the partitions that it serves; one for all the apps of a process. Immutable.</summary>
public sealed record CellLogOptions
{
    /// <summary>The region's log key: signs the checkpoints of whichever partition it serves, under that log's name. Not the cell's to dispose.</summary>
    public required SigningKey Key { get; init; }

    /// <summary>The keys that may sign each log, by its origin; of a log that is not named, only <see cref="Key"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<VerifierKey>> Writers { get; init; } = new Dictionary<string, IReadOnlyList<VerifierKey>>();

    /// <summary>What <c>GET /log/v1/keys</c> answers, in JSON; empty: there is no such answer.</summary>
    public ReadOnlyMemory<byte> Keys { get; init; }

    /// <summary>Where the logs are published beside the cell itself, each under <c>log/ORIGIN/</c>; null: nowhere.</summary>
    public IObjectStore? Objects { get; init; }

    /// <summary>Opens the chain on which the logs are anchored, when somebody first asks for an anchor; null: they are not anchored.</summary>
    public Lazy<AnchorReader>? Anchors { get; init; }

    /// <summary>Last changes to a log's options, such as other intervals.</summary>
    public Func<LogOptions, LogOptions>? Change { get; init; }

    /// <summary>The options of one log.</summary>
    internal LogOptions Of(string origin)
    {
        var signer = NoteSigner.OfLog(origin, Key);
        var options = new LogOptions
        {
            Origin = origin,
            Signer = signer,
            Writers = Writers.TryGetValue(origin, out var writers) ? [.. writers.Append(signer.Key).Distinct()] : [signer.Key],
            Objects = Objects,
            ObjectPrefix = $"log/{origin}/",
        };
        return Change?.Invoke(options) ?? options;
    }
}
