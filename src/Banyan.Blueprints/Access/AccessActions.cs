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
        new("cell.journal.read", "follow the journal of a partition from another region"),
        new("cell.metrics.read", "read a cell's metrics"),
        new("cell.status.read", "see what a cell knows of itself and its partition"),
        new("climate.readings.write", "store readings"),
        new("climate.rules.write", "make, change or remove a rule that asks for alerts"),
        new("disaster.alerts.issue", "issue an alert, update it or cancel it"),
        new("disaster.exercises.read", "see exercises, tests and drafts"),
        new("disaster.subscriptions.read", "see webhooks that are told of alerts, and their deliveries"),
        new("disaster.subscriptions.write", "subscribe a webhook, end it or deliver to it again"),
        new("drills.evidence.read", "see what came of drills"),
        new("drills.evidence.write", "keep what came of a drill"),
        new("drills.marks.read", "see the marks that a drill left"),
        new("drills.marks.write", "leave a drill's marks"),
        new("drills.runs.open", "open a run of a drill"),
        new("journal.head.read", "see how far a journal is"),
        new("journal.receipts.read", "look a receipt up"),
        new("journal.stranded.read", "see changes that a lost primary had alone"),
        new("journal.stranded.resolve", "replay or discard such a change"),
    ];

    /// <summary>Every action that can be asked for on a platform: the platform's own, and those that its blueprint's services declare, as <c>service.thing.verb</c>.</summary>
    public static IEnumerable<AccessAction> DeclaredBy(Blueprint blueprint) => All.Concat(
        from service in blueprint.Services.Values.Concat(blueprint.Variants.Values.SelectMany(static v => v.Services?.Values ?? []))
        from action in service.Actions
        select new AccessAction($"{service.Name}.{action}", service.Purpose ?? service.Name, service.PersonalData == true));
}
