using System.Globalization;
using Banyan.Cells;
using Banyan.Cells.Hosting;

namespace Banyan.Services.Disaster;

/// <summary>The service's settings, from the blueprint (<c>disaster:*</c>), checked at start. Immutable.</summary>
internal sealed record DisasterSettings
{
    /// <summary><c>disaster:sender</c>: who issues the alerts that other services ask for. Default <c>alerts@{region}.{platform}.example</c>.</summary>
    public required string Sender { get; init; }

    /// <summary><c>disaster:default_lifetime</c>: how long an info without <c>expires</c> is active, from when it takes effect.</summary>
    public TimeSpan DefaultLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary><c>disaster:stream.max_subscribers</c>: the most that follow the stream at once.</summary>
    public int MaxStreams { get; init; } = 40_000;

    /// <summary><c>disaster:stream.heartbeat</c>: every subscriber gets a sign of life this often.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary><c>disaster:webhooks.allow_private</c>: whether webhooks may go to private, loopback and link-local addresses, and by http to loopback. For development.</summary>
    public bool AllowPrivateTargets { get; init; }

    /// <summary><c>disaster:webhooks.max_subscriptions</c></summary>
    public int MaxSubscriptions { get; init; } = 100_000;

    /// <summary><c>disaster:webhooks.max_per_target</c>: the most subscriptions to one host and port.</summary>
    public int MaxSubscriptionsPerTarget { get; init; } = 1_000;

    /// <summary><c>disaster:webhooks.concurrency</c>: deliveries under way at once.</summary>
    public int Concurrency { get; init; } = 64;

    /// <summary><c>disaster:webhooks.concurrency_per_target</c>: deliveries under way at once to one host and port.</summary>
    public int ConcurrencyPerTarget { get; init; } = 4;

    /// <summary><c>disaster:webhooks.timeout</c>: how long a target may take to answer.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>disaster:webhooks.give_up_after</c>: a delivery older than this is dead-lettered when it fails again.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <exception cref="CellException">A value can't be read or is out of its range; the message names the setting.</exception>
    public static DisasterSettings From(CellContext cell)
    {
        var read = new Reader(cell.Settings);
        var defaults = new DisasterSettings { Sender = $"alerts@{cell.Region}.{cell.Platform}.example" };
        return new DisasterSettings
        {
            Sender = read.Text("disaster:sender", defaults.Sender),
            DefaultLifetime = read.Time("disaster:default_lifetime", defaults.DefaultLifetime),
            MaxStreams = read.Count("disaster:stream.max_subscribers", defaults.MaxStreams),
            Heartbeat = read.Time("disaster:stream.heartbeat", defaults.Heartbeat),
            AllowPrivateTargets = read.Flag("disaster:webhooks.allow_private"),
            MaxSubscriptions = read.Count("disaster:webhooks.max_subscriptions", defaults.MaxSubscriptions),
            MaxSubscriptionsPerTarget = read.Count("disaster:webhooks.max_per_target", defaults.MaxSubscriptionsPerTarget),
            Concurrency = read.Count("disaster:webhooks.concurrency", defaults.Concurrency),
            ConcurrencyPerTarget = read.Count("disaster:webhooks.concurrency_per_target", defaults.ConcurrencyPerTarget),
            DeliveryTimeout = read.Time("disaster:webhooks.timeout", defaults.DeliveryTimeout),
            GiveUpAfter = read.Time("disaster:webhooks.give_up_after", defaults.GiveUpAfter),
        };
    }

    private sealed class Reader(IReadOnlyDictionary<string, string> settings)
    {
        public string Text(string key, string otherwise)
        {
            var text = settings.GetValueOrDefault(key, otherwise);
            return text.Length is > 0 and <= 200 && !text.Any(static c => char.IsWhiteSpace(c) || c is ',' or '<' or '>' or '&')
                ? text
                : throw new CellException($"Setting '{key}' is '{text}': write 1 to 200 characters without spaces, commas, or any of < > &.", isTransient: false);
        }

        public bool Flag(string key) => settings.GetValueOrDefault(key, "false") switch
        {
            "true" => true,
            "false" => false,
            var other => throw new CellException($"Setting '{key}' is '{other}': write true or false.", isTransient: false),
        };

        public int Count(string key, int otherwise)
        {
            if (!settings.TryGetValue(key, out var text))
                return otherwise;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 10_000_000
                ? count
                : throw new CellException($"Setting '{key}' is '{text}': write a whole number from 1 to 10000000.", isTransient: false);
        }

        public TimeSpan Time(string key, TimeSpan otherwise)
        {
            if (!settings.TryGetValue(key, out var text))
                return otherwise;
            var digits = text.AsSpan().TrimEnd("smhd");
            TimeSpan? unit = text.AsSpan(digits.Length) switch
            {
                "ms" => TimeSpan.FromMilliseconds(1),
                "s" => TimeSpan.FromSeconds(1),
                "m" => TimeSpan.FromMinutes(1),
                "h" => TimeSpan.FromHours(1),
                "d" => TimeSpan.FromDays(1),
                _ => null,
            };
            return unit is { } u && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 && u * count <= TimeSpan.FromDays(366)
                ? u * count
                : throw new CellException($"Setting '{key}' is '{text}': write a duration up to a year, such as 15s, 10m, 24h or 7d.", isTransient: false);
        }
    }
}
