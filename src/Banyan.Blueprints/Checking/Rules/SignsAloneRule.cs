using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class SignsAloneRule() : Rule("recovery.signs-alone", Severity.Error, "A log that signs without its standby too soon, too late to matter, or where no standby is.")
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        foreach (var store in blueprint.Stores.Values)
        {
            if (store.Replication is not { SignsAlone: { } wait } replication)
                continue;
            if (wait.Value < Shortest || wait.Value > Longest)
                yield return Found(blueprint, replication, "signs_alone", $"the log of store {store.Name} waits {wait} for its standby, and can wait from 1m to 30d", wait.Value < Shortest ? "a standby that restarts is not gone: write 1m or more" : "leave it out: then it waits for as long as it takes");
            if (replication.Mode == ReplicationMode.None)
                yield return Found(blueprint, replication, "signs_alone", $"store {store.Name} has no copies, and its log signs at once", "leave it out");
        }
    }
}
