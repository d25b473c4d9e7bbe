using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Checking.Rules;

internal sealed class RecordsKeptRule() : Rule("promises.records-kept", Severity.Error, "Records that must be kept longer than anything keeps them.")
{
    internal override IEnumerable<Finding> Check(Blueprint blueprint)
    {
        if (blueprint.Compliance?.Keep is not { } keep)
            yield break;
        var backups = blueprint.AllBackups().Where(b => b.Keep is not null).ToList();
        var longest = backups.Where(b => !b.Keep!.Value.IsForever).Select(b => b.Keep!.Value.Period!.Value.Value).DefaultIfEmpty().Max();
        if (backups.Count > 0 && backups.TrueForAll(b => !b.Keep!.Value.IsForever) && (keep.IsForever || keep.Period!.Value.Value > longest))
            yield return Found(blueprint, blueprint.Compliance, "keep", $"records must be kept for {keep}, but the longest that a backup is kept is {new Duration(longest)}", "keep them as long as the law asks");
        if (blueprint.Compliance.Audit is { Keep: { IsForever: false } audit } record && (keep.IsForever || audit.Period < keep.Period))
            yield return Found(blueprint, record, "keep", $"records must be kept for {keep}, but the audit record is kept for {audit}", "keep it as long as the law asks");
    }
}
