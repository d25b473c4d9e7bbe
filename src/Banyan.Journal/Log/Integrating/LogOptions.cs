using Banyan.Engines.Objects;
using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>Settings of the log over one partition's journal. Immutable; see <see cref="Validate"/> for the ranges.</summary>
public sealed record LogOptions
{
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

    /// <summary>Where the log is published beside the cell itself; null: nowhere.</summary>
    public IObjectStore? Objects { get; init; }

    /// <summary>The prefix of its objects' keys, ending in a slash.</summary>
    public string ObjectPrefix { get; init; } = "";

    /// <summary>The shortest time between two publications to <see cref="Objects"/>. Up to 1 h.</summary>
    public TimeSpan PublishInterval { get; init; } = TimeSpan.FromSeconds(1);

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
        Check(ObjectPrefix.Length == 0 || ObjectPrefix[^1] == '/', $"ObjectPrefix is '{ObjectPrefix}'; it must end in a slash.");
        return problems;

        void Check(bool holds, string problem)
        {
            if (!holds)
                problems.Add($"Log '{Origin}': {problem}");
        }
    }
}
