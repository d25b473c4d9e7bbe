using System.Globalization;
using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Cli.Verify;

/// <summary>
/// Compares logs with their anchors: those on the chain, and evidence that lies beside a copy. A chain that does not answer is told once, and is
/// something wrong only where anchors are required. One owner.
/// </summary>
/// <param name="chain">The chain; null: only evidence is looked at.</param>
/// <param name="scope">How much.</param>
/// <param name="note">Told what could not be looked at.</param>
/// <param name="time">The clock.</param>
internal sealed class AnchorChecks(AnchorReader? chain, AnchorScope scope, Action<string> note, TimeProvider time)
{
    /// <summary>The file of evidence beside a copy's checkpoint; `banyan anchors` writes it.</summary>
    public const string FileName = "anchors.json";

    private const long MostFileBytes = 64 << 20;

    /// <summary>As long may an entry be without an anchor where anchors are required: the longest that a keeper waits before it tries again.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(6);

    private bool _away;

    /// <summary>Anchors that hold.</summary>
    public int Held { get; private set; }

    /// <summary>Checks the anchors of a log whose tree was verified.</summary>
    /// <param name="target">The log.</param>
    /// <param name="newest">Its checkpoint.</param>
    /// <param name="problems">What is wrong is put here.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task CheckAsync(LogTarget target, Checkpoint newest, ICollection<LogProblem> problems, CancellationToken cancellationToken)
    {
        if (target.Anchors is { } file && File.Exists(file))
            await CheckFileAsync(file, target, newest, problems, cancellationToken);
        if (chain is null || _away || target.IsCopy || newest.Size == 0)
            return;
        if (await CheckChainAsync(target, newest, problems, cancellationToken) is { } error)
            Away(newest.Origin, error, problems);
    }

    /// <summary>Says that the chain could not be asked; once.</summary>
    public void Away(string origin, EvmError error, ICollection<LogProblem> problems)
    {
        _away = true;
        if (scope.Required)
            problems.Add(new LogProblem(origin, "anchor", null, $"the anchors can't be checked, and are required: {error.Message}"));
        else
            note($"anchors are not checked: {error.Message}; everything else is (--require-anchor makes this a failure)");
    }

    private async Task<EvmError?> CheckChainAsync(LogTarget target, Checkpoint newest, ICollection<LogProblem> problems, CancellationToken cancellationToken)
    {
        var origin = newest.Origin;
        var counted = await chain!.CountAsync(origin, cancellationToken);
        if (!counted.Ok)
            return counted.Error;
        var count = counted.Value ?? 0;
        var from = Math.Max(0, count - scope.Most);
        if (from > 0)
            note(string.Create(CultureInfo.InvariantCulture, $"{origin}: the newest {scope.Most:N0} of {count:N0} anchors are checked; all of them with --anchors all"));
        var comparison = new AnchorComparison(target.Source, newest);
        LogAnchor? last = null;
        while (from < count)
        {
            var part = await chain.ReadAsync(origin, from, (int)Math.Min(AnchorReader.MostTogether, count - from), cancellationToken);
            if (!part.Ok)
                return part.Error;
            foreach (var anchor in part.Value)
            {
                last = anchor;
                var where = string.Create(CultureInfo.InvariantCulture, $"the anchor of {anchor.Size} entries in block {anchor.Block}");
                if (await comparison.CompareAsync(anchor, where, cancellationToken) is not { } problem)
                    Held++;
                else if (problems.Count < LogVerifier.MostProblems)
                    problems.Add(problem);
            }

            from += part.Value.Count;
        }

        if (Lost(origin, counted.Value is null, last) is { } lost)
            problems.Add(new LogProblem(origin, "anchor", null, lost));
        if (last is null || last.Size < newest.Size)
            await TellBehindAsync(target, newest, last, counted.Value is null, problems, cancellationToken);
        return null;
    }

    /// <summary>What was seen on the chain before and is not there now.</summary>
    private string? Lost(string origin, bool isUndeployed, LogAnchor? last)
    {
        var before = scope.Remembered?.Logs.FirstOrDefault(l => origin.EndsWith('/' + l.Partition, StringComparison.Ordinal));
        if (before is not { Anchored: { } size } || last?.Size >= size)
            return null;
        return string.Create(CultureInfo.InvariantCulture, $"the anchor of {size} entries that was in block {before.Block} is lost: {(isUndeployed ? "the chain was reset, and has no contract" : "the chain was reorganised, reset or set back")}; the keepers anchor the newest checkpoint again, and what was only there is gone");
    }

    private async Task TellBehindAsync(LogTarget target, Checkpoint newest, LogAnchor? last, bool isUndeployed, ICollection<LogProblem> problems, CancellationToken cancellationToken)
    {
        var first = last?.Size ?? 0;
        var what = isUndeployed ? "nothing is anchored, and the contract is not on the chain" : last is null ? "nothing is anchored yet"
            : string.Create(CultureInfo.InvariantCulture, $"behind: {newest.Size - first} entries from {first + 1} on are covered by no anchor yet");
        if (!scope.Required)
        {
            note($"{newest.Origin}: {what}");
            return;
        }

        var since = await RecordedAsync(target.Source, first, newest.Size, cancellationToken);
        if (last is null || since is not { } at || time.GetUtcNow() - at > Grace)
            problems.Add(new LogProblem(newest.Origin, "anchor", first + 1, since is { } when ? $"{what}; the first of them is of {when:yyyy-MM-ddTHH:mm:ssZ}" : what));
        else
            note($"{newest.Origin}: {what}");
    }

    /// <summary>When an entry was recorded, by its leaf.</summary>
    private static async Task<DateTimeOffset?> RecordedAsync(ITileSource source, long index, long size, CancellationToken cancellationToken)
    {
        var bundle = index / TileId.FullWidth;
        try
        {
            var bytes = await source.ReadAsync(new TileId(TileId.Entries, bundle, TileId.WidthIn(TileId.Entries, bundle, size)), cancellationToken);
            return bytes is null ? null : RecordedIn(bytes, (int)(index % TileId.FullWidth));
        }
        catch (Exception unreadable) when (unreadable is TileSourceException or JsonException)
        {
            return null; // The verification has said so.
        }
    }

    private static DateTimeOffset? RecordedIn(byte[] bundle, int number)
    {
        if (!EntryBundle.TryGet(bundle, number, out var leaf))
            return null;
        var reader = new Utf8JsonReader(leaf);
        using var json = JsonDocument.ParseValue(ref reader);
        return json.RootElement.TryGetProperty("recorded_at", out var at) && at.TryGetDateTimeOffset(out var when) ? when : null;
    }

    private async Task CheckFileAsync(string file, LogTarget target, Checkpoint newest, ICollection<LogProblem> problems, CancellationToken cancellationToken)
    {
        List<AnchorEvidence> all;
        try
        {
            if (new FileInfo(file).Length > MostFileBytes)
                throw new FormatException("is too large");
            all = [.. (JsonSerializer.Deserialize(await File.ReadAllBytesAsync(file, cancellationToken), AnchorJson.Default.ListAnchorEvidenceJson) ?? []).Select(static e => e.Read())];
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            problems.Add(new LogProblem(newest.Origin, "anchor", null, $"{file} {(wrong is FormatException ? wrong.Message : $"can't be read: {wrong.Message.TrimEnd('.')}")}"));
            return;
        }

        var comparison = new AnchorComparison(target.Source, newest);
        foreach (var evidence in all.OrderBy(static e => e.Anchor.Size))
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"the anchor of {evidence.Anchor.Size} entries in {file}");
            var verdict = evidence.Check(target.Trust.Anchors);
            var found = verdict.Problems.Select(p => new LogProblem(newest.Origin, "anchor", null, $"{where}: {p}")).ToList();
            if (evidence.Origin != newest.Origin)
                found.Add(new LogProblem(newest.Origin, "anchor", null, $"{where} is of another log, {evidence.Origin}"));
            else if (await comparison.CompareAsync(evidence.Anchor, where, cancellationToken) is { } other)
                found.Add(other);
            if (await FindBlockAsync(evidence, problems, cancellationToken) is { } gone)
                found.Add(new LogProblem(newest.Origin, "anchor", null, $"{where}: {gone}"));
            foreach (var problem in found)
                problems.Add(problem);
            Held += found.Count == 0 ? 1 : 0;
        }

        if (chain is null && all.Count > 0)
            note($"{file}: the proofs lead to {(all.Count == 1 ? $"block {all[0].BlockHash} of chain {all[0].Contract.Chain}" : "the hashes of their blocks")}; that the chain has it is asked of a node with --chain URL");
    }

    /// <summary>Why a block is not the chain's; null where it is, or nobody could be asked.</summary>
    public async Task<string?> FindBlockAsync(AnchorEvidence evidence, ICollection<LogProblem> problems, CancellationToken cancellationToken)
    {
        if (chain is null || _away)
            return null;
        var found = await chain.FindBlockAsync(evidence, cancellationToken);
        if (found.Ok)
            return found.Value;
        Away(evidence.Origin, found.Error, problems);
        return null;
    }
}
