using System.Collections.Concurrent;
using Banyan.Engines.Certificates;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Notes;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Witness;

/// <summary>Gathers cosignatures of the other regions' witnesses for a log that this cell writes. Thread-safe.</summary>
internal sealed partial class CheckpointCosigner : ICheckpointCosigner, IDisposable
{
    private readonly WitnessOptions _options;
    private readonly WitnessAlarms _alarms;
    private readonly ILogger _log;
    private readonly HttpClient _http;
    private readonly WitnessPeer[] _peers;
    private readonly ConcurrentDictionary<string, string> _lagging = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ends = new();

    public CheckpointCosigner(RegionWitness witness, ILogger<CheckpointCosigner> log, HttpMessageHandler? handler = null)
    {
        (_options, _alarms, _log) = (witness.Options, witness.Alarms, log);
        _http = new HttpClient(handler ?? LinkHandler.Over(_options.Links, new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = _options.RequestLimit,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        }))
        { Timeout = _options.RequestLimit };
        _peers = [.. _options.Keys.Witnesses.Where(w => w.Region != _options.Region && !w.IsRetired && _options.Peers.ContainsKey(w.Region)).Select(w => new WitnessPeer(w.Region, _options.Peers[w.Region], w.Key, _http))];
    }

    /// <inheritdoc/>
    public async Task<WitnessedHistory> NewestAsync(string origin, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ends.Token);
        limit.CancelAfter(_options.RequestLimit);
        var asked = await Task.WhenAll(_peers.Select(p => AskNewestAsync(p, origin, limit.Token)));
        cancellationToken.ThrowIfCancellationRequested();
        var trust = _options.Keys.TrustOf(origin);
        var newest = asked.Select(static a => a.Note).OfType<SignedNote>()
            .Select(note => trust?.Judge(note)).Where(static v => v is { IsSigned: true }) // A witness can't make one up: a writer signed it.
            .MaxBy(static v => v!.Checkpoint!.Size);
        return new WitnessedHistory(newest?.Note, asked.Count(static a => a.Answered), _peers.Length);
    }

    /// <inheritdoc/>
    public async Task<CosigningOutcome> CosignAsync(CosigningRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var quorum = _options.Keys.Quorum;
        var waiting = _peers.Select(p => AskAsync(p, request)).ToList();
        var answers = new List<(WitnessPeer Peer, PeerAnswer Answer)>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var patience = Task.Delay(_options.Patience, _options.Time, over.Token);
        while (waiting.Count > 0 && (quorum == 0 || answers.Count(static a => a.Answer.Cosignature is not null) < quorum))
        {
            if (await Task.WhenAny([.. waiting, patience]) == patience)
                break;
            answers.AddRange(waiting.Where(static t => t.IsCompletedSuccessfully).Select(static t => t.Result));
            waiting.RemoveAll(static t => t.IsCompleted);
        }

        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return Outcome(request, answers, quorum);
    }

    public void Dispose()
    {
        _ends.Cancel();
        _http.Dispose();
        foreach (var peer in _peers)
            peer.Dispose();
        _ends.Dispose();
    }

    private CosigningOutcome Outcome(CosigningRequest request, List<(WitnessPeer Peer, PeerAnswer Answer)> answers, int quorum)
    {
        var cosigned = answers.Where(static a => a.Answer.Cosignature is not null).ToList();
        var refused = answers.Where(static a => a.Answer.Refusal is not null || a.Answer.Lie is not null).Select(static a => a.Peer.Region).ToList();
        var lagging = _peers.Select(static p => p.Region).Except(cosigned.Select(static a => a.Peer.Region)).Except(refused).ToList();
        return new CosigningOutcome(request.Note.With(cosigned.Select(static a => a.Answer.Cosignature!)), [.. cosigned.Select(static a => a.Peer.Region)], lagging, refused, quorum);
    }

    /// <summary>Goes on after the round that asked has ended, within <see cref="WitnessOptions.RequestLimit"/>: a witness that is slow still follows the log.</summary>
    private async Task<(WitnessPeer Peer, PeerAnswer Answer)> AskAsync(WitnessPeer peer, CosigningRequest request)
    {
        await Task.Yield();
        PeerAnswer answer;
        try
        {
            answer = await peer.AskAsync(request, _ends.Token);
        }
#pragma warning disable CA1031 // of the proof that the caller makes: its database may be away
        catch (Exception error)
#pragma warning restore CA1031
        {
            answer = PeerAnswer.Lags($"was not asked: the consistency proof can't be made ({error.Message.TrimEnd('.')})");
        }

        if (!_ends.IsCancellationRequested)
            Tell(peer.Region, request, answer);
        return (peer, answer);
    }

    private void Tell(string region, CosigningRequest request, PeerAnswer answer)
    {
        var origin = request.Checkpoint.Origin;
        if (answer.Cosignature is not null && _lagging.TryRemove(region, out _))
            LogBack(_log, region, origin);
        if (answer.Lagging is { } why && (!_lagging.TryGetValue(region, out var before) || before != why))
        {
            _lagging[region] = why;
            LogLags(_log, region, why, origin, request.Checkpoint.Size);
        }

        if (answer.Lie is { } lie)
            _alarms.Suspect(region, lie);
        if (answer.Refusal is not { } refusal)
            return;
        if (answer.Shown is { } shown && _options.Keys.TrustOf(origin)?.Judge(shown).IsSigned == true)
            _alarms.Raise(origin, refusal, shown, request.Note);
        else
            _alarms.Suspect(region, $"{refusal}, and shows no checkpoint that a writer of the log has signed");
    }

    private async Task<(SignedNote? Note, bool Answered)> AskNewestAsync(WitnessPeer peer, string origin, CancellationToken cancellationToken)
    {
        try
        {
            return (await peer.NewestAsync(origin, cancellationToken), true);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException)
        {
            LogSilent(_log, peer.Region, origin, error.Message);
            return (null, false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The witness of {Region} {Why}: {Origin} goes on without it from checkpoint {Size}")]
    private static partial void LogLags(ILogger log, string region, string why, string origin, long size);

    [LoggerMessage(Level = LogLevel.Information, Message = "The witness of {Region} cosigns {Origin} again")]
    private static partial void LogBack(ILogger log, string region, string origin);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The witness of {Region} does not say what it has seen of {Origin}: {Problem}")]
    private static partial void LogSilent(ILogger log, string region, string origin, string problem);
}
