using System.Diagnostics.Metrics;
using Banyan.Services.Disaster.Alerts;

namespace Banyan.Services.Disaster;

/// <summary>The service's instruments, in meter <see cref="MeterName"/>; see docs/disaster.md. Costs nothing while nobody listens. Thread-safe.</summary>
internal sealed class DisasterMetrics
{
    public const string MeterName = "Banyan.Disaster";

    private readonly Counter<long> _alerts;
    private readonly Histogram<double> _fanout;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _requests;
    private int _subscribers;
    private int _droppedCount;

    public DisasterMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _alerts = meter.CreateCounter<long>("banyan.disaster.alerts", "{alert}", "CAP messages taken.");
        _fanout = meter.CreateHistogram<double>("banyan.disaster.fanout", "s", "From an alert's place in the journal to its bytes being handed to the last subscriber's connection.");
        _dropped = meter.CreateCounter<long>("banyan.disaster.subscribers.dropped", "{subscriber}", "Stream subscribers dropped because they could not keep up.");
        _deliveries = meter.CreateCounter<long>("banyan.disaster.deliveries", "{attempt}", "Webhook attempts by outcome.");
        _requests = meter.CreateCounter<long>("banyan.disaster.requests", "{request}", "Alerts that other services asked for, by outcome.");
        meter.CreateObservableGauge("banyan.disaster.subscribers", () => Volatile.Read(ref _subscribers), "{subscriber}", "Subscribers that follow the stream.");
    }

    public void Taken(AlertRecord record) => _alerts.Add(1, new("status", record.Alert.Status.ToString()), new("message_type", record.Alert.MessageType.ToString()));

    public void Subscribed() => Interlocked.Increment(ref _subscribers);

    public void Unsubscribed() => Interlocked.Decrement(ref _subscribers);

    /// <summary>Subscribers dropped since the start.</summary>
    public int Dropped => Volatile.Read(ref _droppedCount);

    public void SubscriberDropped()
    {
        Interlocked.Increment(ref _droppedCount);
        _dropped.Add(1);
    }

    public void FannedOut(TimeSpan duration) => _fanout.Record(duration.TotalSeconds);

    /// <param name="outcome"><c>delivered</c>, <c>failed</c>, <c>dead</c>.</param>
    public void Delivered(string outcome) => _deliveries.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="outcome"><c>issued</c>, <c>malformed</c>.</param>
    public void Requested(string outcome) => _requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
