using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.Queries;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Climate.Rules;

/// <summary>
/// Evaluates rules: those of a series as soon as readings of it are committed, off the writers' path; all of them at the
/// start, for what a crash left undone, and every half minute, because windows move on without readings too.
/// </summary>
internal sealed partial class RuleWorker : BackgroundService, IWriteObserver
{
    private const int MaxSeries = 10_000;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly RuleBook _book;
    private readonly RuleStore _store;
    private readonly RuleEvaluator _evaluator;
    private readonly SeriesFinder _finder;
    private readonly TimeProvider _time;
    private readonly ILogger<RuleWorker> _logger;
    private readonly Counter<long> _asked;
    private HashSet<(string Bucket, Series Series)> _touched = [];
    private bool _all = true;

    /// <summary>Makes the worker; it works once it is started.</summary>
    public RuleWorker(RuleBook book, RuleStore store, RuleEvaluator evaluator, SeriesFinder finder, ClimateMeter meter, TimeProvider time, ILogger<RuleWorker> logger)
    {
        _book = book;
        _store = store;
        _evaluator = evaluator;
        _finder = finder;
        _time = time;
        _logger = logger;
        _asked = meter.Meter.CreateCounter<long>("banyan.climate.alerts.requested", "{alert}", "Alerts that rules asked for.");
        meter.Meter.CreateObservableGauge("banyan.climate.rules", () => _book.Current.All.Count, "{rule}", "Rules in force.");
    }

    /// <summary>What keeps rules from being evaluated, in one line; null where nothing does.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public void Committed(IReadOnlyList<PendingWrite> writes)
    {
        var rules = _book.Current;
        if (rules.All.Count == 0)
            return;
        var any = false;
        lock (_lock)
        {
            foreach (var write in writes)
            {
                foreach (var series in write.Series)
                {
                    if (rules.Of(series.Measurement.Name).Length > 0)
                        any |= _touched.Add((write.Summary.Namespace, series));
                }
            }
        }

        if (any)
            _signal.Writer.TryWrite(true);
    }

    /// <summary>Takes over the rules as they are now, and evaluates them all.</summary>
    public async Task RulesChangedAsync(CancellationToken cancellationToken)
    {
        await _store.LoadAsync(cancellationToken);
        lock (_lock)
            _all = true;
        _signal.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loaded = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!loaded)
                    await _store.LoadAsync(stoppingToken);
                loaded = true;
                await WorkAsync(stoppingToken);
                Problem = null;
            }
            catch (Exception error) when (error is NpgsqlException or InvalidDataException)
            {
                LogFailed(_logger, error);
                Problem = error.Message;
                lock (_lock)
                    _all = true;
                await Task.Delay(AfterFailure, _time, stoppingToken);
            }
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        HashSet<(string Bucket, Series Series)> touched;
        bool all;
        lock (_lock)
        {
            (touched, _touched) = (_touched, []);
            (all, _all) = (_all, false);
        }

        var began = _time.GetTimestamp();
        foreach (var rule in _book.Current.All)
        {
            var series = all
                ? await _finder.FindAsync(rule.Filter, 0, MaxSeries, cancellationToken)
                : [.. touched.Where(t => rule.Watches(t.Bucket, t.Series)).Select(static t => Found(t.Bucket, t.Series))];
            if (series.Count == 0)
                continue;
            var asked = await _evaluator.EvaluateAsync(rule, series, cancellationToken);
            if (asked == 0)
                continue;
            _asked.Add(asked);
            LogAsked(_logger, rule.Name, asked);
        }

        // Under full load evaluation takes half of one core's time at most, and what came meanwhile is evaluated at once.
        await Task.Delay(_time.GetElapsedTime(began), _time, cancellationToken);
        if (_book.Current.All.Count == 0)
        {
            await _signal.Reader.ReadAsync(cancellationToken);
            return;
        }

        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var signalled = _signal.Reader.ReadAsync(rest.Token).AsTask();
        var timer = Task.Delay(Between, _time, rest.Token);
        if (await Task.WhenAny(signalled, timer) == timer)
        {
            lock (_lock)
                _all = true;
        }

        await rest.CancelAsync();
        await Task.WhenAll(signalled.ContinueWith(static _ => { }, TaskScheduler.Default), timer.ContinueWith(static _ => { }, TaskScheduler.Default));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static FoundSeries Found(string bucket, Series series) =>
        new(series.Id, bucket, series.Measurement.Id, series.Measurement.Name, SeriesKey.TagsJson(series.Key));

    [LoggerMessage(Level = LogLevel.Information, Message = "Rule {Rule} asked for {Alerts} alerts.")]
    private static partial void LogAsked(ILogger logger, string rule, int alerts);

    [LoggerMessage(Level = LogLevel.Error, Message = "Rules could not be evaluated; all of them will be again.")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
