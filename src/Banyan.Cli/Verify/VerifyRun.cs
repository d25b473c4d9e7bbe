using System.Diagnostics;
using Banyan.Cli.Output;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Verifying;
using Npgsql;

namespace Banyan.Cli.Verify;

/// <summary>Verifies logs one after the other, each on all cores, and says how far it is. One owner.</summary>
internal sealed class VerifyRun(Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(2);

    private readonly List<LogReport> _reports = [];
    private readonly List<LogProblem> _problems = [];
    private long _entries;
    private int _checkpoints;
    private int _cosignatures;

    /// <summary>Compares with anchors; null: they are left out.</summary>
    public AnchorChecks? Anchors { get; set; }

    /// <summary>What was found outside the logs themselves.</summary>
    public ICollection<LogProblem> Problems => _problems;

    /// <summary>Verifies one log, and what others keep of it.</summary>
    /// <exception cref="CommandFailure">It can't be read.</exception>
    public async Task AddAsync(LogTarget target, CancellationToken cancellationToken)
    {
        var verifier = new LogVerifier(target.Source, target.Trust, target.Rows);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var showing = ShowAsync(target, verifier, over.Token);
        try
        {
            var report = await verifier.VerifyAsync(cancellationToken);
            _reports.Add(report);
            _problems.AddRange(target.IsCopy ? report.Problems.Select(p => p with { Message = $"{p.Message} (in the copy {target.Source.Name})" }) : report.Problems);
            _checkpoints += report.Checkpoints;
            _cosignatures += report.Cosignatures;
            _entries += target.IsCopy ? 0 : report.Entries;
            await CompareAsync(target, verifier, report, cancellationToken);
            if (Anchors is not null && report.Checkpoint?.Checkpoint is { } newest)
                await CheckAnchorsAsync(target, newest, cancellationToken);
        }
        catch (TileSourceException error)
        {
            throw new CommandFailure($"{error.Message.TrimEnd('.')}");
        }
        catch (NpgsqlException error)
        {
            throw new CommandFailure($"the journal's rows of {target.Trust.Origin} can't be read: {error.Message.TrimEnd('.')}; leave them out with --rows off");
        }
        finally
        {
            await over.CancelAsync();
            await showing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public VerifyReport Report(Stopwatch watch) => VerifyReport.Of(_entries, _checkpoints, _cosignatures, Anchors?.Held ?? 0, _reports, _problems, watch.Elapsed);

    private async Task CheckAnchorsAsync(LogTarget target, Checkpoint newest, CancellationToken cancellationToken)
    {
        var found = new List<LogProblem>();
        await Anchors!.CheckAsync(target, newest, found, cancellationToken);
        _problems.AddRange(target.IsCopy ? found.Select(p => p with { Message = $"{p.Message} (in the copy {target.Source.Name})" }) : found);
    }

    private async Task CompareAsync(LogTarget target, LogVerifier verifier, LogReport report, CancellationToken cancellationToken)
    {
        if (report.Checkpoint?.Checkpoint is not { } newest)
            return;
        foreach (var kept in target.Kept)
        {
            if (kept.Note is null)
            {
                _problems.Add(new LogProblem(target.Trust.Origin, kept.Where, null, kept.Problem!));
                continue;
            }

            _checkpoints++;
            try
            {
                if (await verifier.CheckAlsoAsync(kept.Note, kept.Where, newest, cancellationToken) is { } problem)
                    _problems.Add(problem);
            }
            catch (TileSourceException error) when (report.Problems.Count > 0)
            {
                // Tiles that it takes are among those that were just told.
                _problems.Add(new LogProblem(target.Trust.Origin, kept.Where, null, $"the checkpoint of {kept.Where} can't be compared: {error.Message.TrimEnd('.')}"));
            }
        }
    }

    private async Task ShowAsync(LogTarget target, LogVerifier verifier, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(ProgressInterval, time, cancellationToken);
            await terminal.Error.WriteLineAsync($"{target.Trust.Origin}: {verifier.Seen:N0} entries looked at");
        }
    }
}
