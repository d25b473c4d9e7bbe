using System.Text.RegularExpressions;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How those who are told are written.</summary>
internal static partial class NotificationLanguage
{
    private const string AddressPattern = @"https?://[A-Za-z0-9.:\[\]-]{1,253}(?:[/?][!-""$-~]{0,700})?";

    public static readonly TextShape Address = new("an address of the web", AddressPattern, t => IsAddress().IsMatch(t), "https://ops.example.org/banyan");

    public static readonly ChoiceShape<NotificationEvent> Event = new(
        "an event", ("suspicion", NotificationEvent.Suspicion), ("failover", NotificationEvent.Failover), ("switchover", NotificationEvent.Switchover), ("failback", NotificationEvent.Failback), ("drill", NotificationEvent.Drill));

    public static readonly MapShape<Webhook> Webhook = new MapShape<Webhook>("webhook", "Someone who is told by HTTP.", new())
        .Required("url", Address, "Where to.", (w, v) => w with { Url = v })
        .Required("secret", new SecretShape(), "Where the key is that it is signed with: env:NAME or file:/PATH. The key is whsec_ and base64 (Standard Webhooks).", (w, v) => w with { Secret = v })
        .Key("events", new ListShape<NotificationEvent>(Event), "What it is told of; everything where nothing is said.", (w, v) => w with { Events = v });

    public static readonly MapShape<Notifications> Notifications = new MapShape<Notifications>("notifications", "Who is told of what happens to the platform.", new())
        .Key("allow_private", Bool, "Whether webhooks may go to private and loopback addresses, and by http to loopback.", (n, v) => n with { AllowPrivate = v })
        .Key("webhooks", new ListShape<Webhook>(Webhook), "Each with another address.", (n, v) => n with { Webhooks = v });

    [GeneratedRegex("^(?:" + AddressPattern + ")$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IsAddress();
}
