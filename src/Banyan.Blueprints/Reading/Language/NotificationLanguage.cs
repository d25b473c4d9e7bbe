using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How those who are told are written.</summary>
internal static class NotificationLanguage
{
    public static readonly ChoiceShape<NotificationEvent> Event = new(
        "an event", ("suspicion", NotificationEvent.Suspicion), ("failover", NotificationEvent.Failover), ("switchover", NotificationEvent.Switchover), ("failback", NotificationEvent.Failback), ("drill", NotificationEvent.Drill));

    public static readonly MapShape<Webhook> Webhook = new MapShape<Webhook>("webhook", "Someone who is told by HTTP.", new())
        .Required("url", new AddressShape(), "Where to.", (w, v) => w with { Url = v })
        .Required("secret", new SecretShape(), "Where the key is that it is signed with: env:NAME or file:/PATH. The key is whsec_ and base64 (Standard Webhooks).", (w, v) => w with { Secret = v })
        .Key("events", new ListShape<NotificationEvent>(Event), "What it is told of; everything where nothing is said.", (w, v) => w with { Events = v });

    public static readonly MapShape<Notifications> Notifications = new MapShape<Notifications>("notifications", "Who is told of what happens to the platform.", new())
        .Key("allow_private", Bool, "Whether webhooks may go to private and loopback addresses, and by http to loopback.", (n, v) => n with { AllowPrivate = v })
        .Key("webhooks", new ListShape<Webhook>(Webhook), "Each with another address.", (n, v) => n with { Webhooks = v });
}
