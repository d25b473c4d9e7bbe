using System.Text.Json.Serialization;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Cli.Verify;

/// <summary>What `verify` answers, in JSON too. Immutable.</summary>
/// <param name="Entries">Entries that are what the checkpoints commit to.</param>
/// <param name="Checkpoints">Checkpoints that were checked, those that witnesses keep too.</param>
/// <param name="Cosignatures">Cosignatures that hold.</param>
/// <param name="Anchors">Anchors that hold.</param>
/// <param name="Ok">Whether nothing is wrong.</param>
/// <param name="Problems">What is wrong, the first entry first.</param>
/// <param name="Logs">Each log that was looked at.</param>
internal sealed record VerifyReport(long Entries, int Checkpoints, int Cosignatures, int Anchors, bool Ok, IReadOnlyList<LogProblem> Problems, IReadOnlyList<VerifiedLog> Logs)
{
    public double Seconds { get; init; }

    public static VerifyReport Of(long entries, int checkpoints, int cosignatures, int anchors, IReadOnlyList<LogReport> reports, IReadOnlyList<LogProblem> problems, TimeSpan took) =>
        new(entries, checkpoints, cosignatures, anchors, problems.Count == 0, problems, [.. reports.Select(VerifiedLog.Of)]) { Seconds = Math.Round(took.TotalSeconds, 3) };

    /// <param name="proof">What a proof is worth.</param>
    /// <param name="file">Its file.</param>
    /// <param name="anchors">What is wrong with its anchor beside what the proof itself says.</param>
    public static VerifyReport Of(ProofReport proof, string file, IReadOnlyList<LogProblem> anchors)
    {
        var origin = proof.Checkpoint?.Checkpoint?.Origin ?? file;
        List<LogProblem> problems = [.. proof.Problems.Select(p => new LogProblem(origin, file, proof.Entry?.Position, p)), .. anchors];
        var anchor = proof.Anchor is not null && proof.AnchorVerdict is { Problems.Count: 0 } && anchors.Count == 0 ? 1 : 0;
        return new VerifyReport(problems.Count == 0 ? 1 : 0, proof.Checkpoint is null ? 0 : 1, proof.Checkpoint?.Cosigners.Count ?? 0, anchor, problems.Count == 0, problems, []);
    }
}

/// <summary>A log that was looked at.</summary>
internal sealed record VerifiedLog(string Log, string Source, long? Size, string? Root, long Entries, long Rows, long Erased, long Unproven, IReadOnlyList<string> SignedBy, IReadOnlyList<string> CosignedBy)
{
    public static VerifiedLog Of(LogReport report) => new(
        report.Origin, report.Source, report.Checkpoint?.Checkpoint?.Size, report.Checkpoint?.Checkpoint?.Root.ToString(), report.Entries, report.Rows, report.Erased, report.Unproven, report.Checkpoint?.Signers ?? [], report.Checkpoint?.Cosigners ?? []);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(VerifyReport))]
internal sealed partial class VerifyJson : JsonSerializerContext;
