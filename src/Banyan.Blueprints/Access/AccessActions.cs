using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Access;

/// <summary>
/// The actions that the platform's own services ask for: what stands in the <c>Requires</c> of their endpoints (a test of the
/// architecture compares the two). What is open to all has no action.
/// </summary>
public static class AccessActions
{
    /// <summary>Every action, by service.</summary>
    public static IReadOnlyList<AccessAction> All { get; } =
    [
        new("cell.journal.read", "follow the journal of a partition from another region", Personal: true),
        new("cell.metrics.read", "read a cell's metrics"),
        new("cell.status.read", "see what a cell knows of itself and its partition"),
        new("climate.readings.write", "store readings"),
        new("climate.rules.write", "make, change or remove a rule that asks for alerts"),
        new("console.pages.read", "see the console: how each region is, alerts, drills"),
        new("disaster.alerts.issue", "issue an alert, update it or cancel it"),
        new("disaster.exercises.read", "see exercises, tests and drafts"),
        new("disaster.subscriptions.read", "see webhooks that are told of alerts, and their deliveries"),
        new("disaster.subscriptions.write", "subscribe a webhook, end it or deliver to it again"),
        new("drills.evidence.read", "see what came of drills"),
        new("drills.evidence.write", "keep what came of a drill"),
        new("drills.marks.read", "see the marks that a drill left"),
        new("drills.marks.write", "leave a drill's marks"),
        new("drills.runs.open", "open a run of a drill"),
        new("identity.account.change", "change one's own password, second factor and account", Personal: true),
        new("identity.account.read", "see one's own account and cases", Personal: true),
        new("identity.account.verify", "ask to be verified, with documents", Personal: true),
        new("identity.cases.decide", "decide on who somebody is", Personal: true),
        new("identity.cases.read", "see cases of verification and their documents", Personal: true),
        new("identity.clients.change", "register, remove and rotate clients"),
        new("identity.clients.read", "see clients"),
        new("identity.credentials.check", "have a credential or a presentation checked"),
        new("identity.credentials.read", "see which credentials were issued to a person", Personal: true),
        new("identity.credentials.revoke", "revoke a person's credential", Personal: true),
        new("identity.evidence.issue", "issue a credential of what came of a drill"),
        new("identity.evidence.read", "see credentials of drills"),
        new("identity.evidence.revoke", "revoke a credential of a drill"),
        new("identity.invitations.issue", "invite somebody to the staff"),
        new("identity.issuer.change", "make the next key that signs credentials, and withdraw one"),
        new("identity.issuer.read", "see the keys that sign credentials, without their secrets"),
        new("identity.keys.change", "make, rotate and withdraw API keys of one's own"),
        new("identity.keys.read", "see API keys of one's own, without their secrets"),
        new("identity.messages.deliver", "fetch messages to people, to send them", Personal: true),
        new("identity.people.change", "give and take roles, let in and keep out", Personal: true),
        new("identity.people.read", "see accounts of others", Personal: true),
        new("identity.sessions.end", "end sessions of one's own", Personal: true),
        new("identity.sessions.read", "see sessions of one's own", Personal: true),
        new("journal.head.read", "see how far a journal is"),
        new("journal.log.recover", "say how a halted log goes on"),
        new("journal.receipts.read", "look a receipt up"),
        new("journal.records.read", "see what the control plane did: epochs, deployments and decisions on the chain"),
        new("journal.records.write", "enter what an organisation did on the chain"),
        new("journal.stranded.read", "see changes that a lost primary had alone", Personal: true),
        new("journal.stranded.resolve", "replay or discard such a change", Personal: true),
        new("personal.keys.read", "see which keys a partition has, by version"),
        new("personal.keys.rotate", "give a partition new keys"),
        new("personal.own.ask", "ask staff for an export, a correction or a deletion", Personal: true),
        new("personal.own.correct", "correct what is held on oneself", Personal: true),
        new("personal.own.delete", "delete what is held on oneself", Personal: true),
        new("personal.own.export", "get everything that is held on oneself", Personal: true),
        new("personal.own.read", "see what one asked for, and who looked", Personal: true),
        new("personal.requests.read", "see what people asked for and is not done", Personal: true),
        new("personal.subjects.ask", "note what a person asked for", Personal: true),
        new("personal.subjects.correct", "correct what is held on a person", Personal: true),
        new("personal.subjects.delete", "delete what is held on a person", Personal: true),
        new("personal.subjects.export", "get everything that is held on a person", Personal: true),
    ];

    /// <summary>Every action that can be asked for on a platform: the platform's own, and those that its blueprint's services declare, as <c>service.thing.verb</c>.</summary>
    public static IEnumerable<AccessAction> DeclaredBy(Blueprint blueprint) => All.Concat(
        from service in blueprint.Services.Values.Concat(blueprint.Variants.Values.SelectMany(static v => v.Services?.Values ?? []))
        from action in service.Actions
        select new AccessAction($"{service.Name}.{action}", service.Purpose ?? service.Name, service.PersonalData == true));
}
