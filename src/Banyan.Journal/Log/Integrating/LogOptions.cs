using System.Globalization;
using Banyan.Engines.Objects;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>Settings of the log over one partition's journal. Immutable; see <see cref="Validate"/> for the ranges.</summary>
public sealed record LogOptions
{
    /// <summary>The least that <see cref="SignsAloneAfter"/> can be: a standby that restarts is not away.</summary>
    public static readonly TimeSpan ShortestAlone = TimeSpan.FromMinutes(1);

    /// <summary>The most that <see cref="SignsAloneAfter"/> can be.</summary>
    public static readonly TimeSpan LongestAlone = TimeSpan.FromDays(30);

    /// <summary>The log's name, as <see cref="LogNames.Origin"/> makes it.</summary>
    public required string Origin { get; init; }

    /// <summary>Signs its checkpoints: this region's key under the log's name.</summary>
    public required NoteSigner Signer { get; init; }

    /// <summary>The keys of every region that may write the log, this one's among them.</summary>
    public IReadOnlyList<VerifierKey> Writers { get; init; } = [];

    /// <summary>The most entries that are integrated in one transaction; 1 to 10,000.</summary>
    public int BatchSize { get; init; } = 1_000;

    /// <summary>The shortest time between the starts of two integrations where the log is not behind: entries that arrive meanwhile share one. Up to 10 s.</summary>
    public TimeSpan IntegrateInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The shortest time between two checkpoints. Up to 1 min.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the partition has a standby by the platform's plan: then nothing is signed before it is there. Else one that is there is waited for, and none is expected.</summary>
    public bool ExpectsStandby { get; init; }

    /// <summary>How long a standby that is expected and does not stream is waited for, before checkpoints are signed without it: a failover to it would then end the log. 1 min to 30 days; null: for as long as it takes.</summary>
    public TimeSpan? SignsAloneAfter { get; init; }

    /// <summary>Where the log is published beside the cell itself; null: nowhere.</summary>
    public IObjectStore? Objects { get; init; }

    /// <summary>The prefix of its objects' keys, ending in a slash.</summary>
    public string ObjectPrefix { get; init; } = "";

    /// <summary>The shortest time between two publications to <see cref="Objects"/>. Up to 1 h.</summary>
    public TimeSpan PublishInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Nothing of fewer entries is signed.</summary>
    internal long SignsFrom { get; init; }

    /// <summary>Those of the log that follows the first one as the given generation: its name, its keys under that name, its place in the object store.</summary>
    internal LogOptions OfGeneration(int generation)
    {
        if (generation == 1)
            return this;
        var origin = LogNames.OfGeneration(Origin, generation);
        return this with { Origin = origin, Signer = Signer.Named(origin), Writers = [.. Writers.Select(w => w.Named(origin))], ObjectPrefix = string.Create(CultureInfo.InvariantCulture, $"{ObjectPrefix}{generation}/") };
    }

    /// <summary>Every problem, one clear line each; empty where the options can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        Check(VerifierKey.IsName(Origin), $"Origin is '{Origin}'; it must be a key's name: no spaces, no plus.");
        Check(Signer.Key.Name == Origin, $"Signer signs as '{Signer.Key.Name}'; it must sign as '{Origin}'.");
        Check(BatchSize is >= 1 and <= 10_000, $"BatchSize is {BatchSize}; it must be between 1 and 10,000.");
        Check(IntegrateInterval >= TimeSpan.Zero && IntegrateInterval <= TimeSpan.FromSeconds(10), $"IntegrateInterval is {IntegrateInterval}; it must be between 0 and 10 s.");
        Check(CheckpointInterval >= TimeSpan.Zero && CheckpointInterval <= TimeSpan.FromMinutes(1), $"CheckpointInterval is {CheckpointInterval}; it must be between 0 and 1 min.");
        Check(PublishInterval >= TimeSpan.Zero && PublishInterval <= TimeSpan.FromHours(1), $"PublishInterval is {PublishInterval}; it must be between 0 and 1 h.");
        Check(SignsAloneAfter is null || (SignsAloneAfter >= ShortestAlone && SignsAloneAfter <= LongestAlone), $"SignsAloneAfter is {SignsAloneAfter}; it must be between 1 min and 30 d.");
        Check(ObjectPrefix.Length == 0 || ObjectPrefix[^1] == '/', $"ObjectPrefix is '{ObjectPrefix}'; it must end in a slash.");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add($"Log '{Origin}': {problem}");
        }
    }
}
