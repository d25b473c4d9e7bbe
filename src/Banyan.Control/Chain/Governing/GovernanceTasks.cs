using System.Globalization;

namespace Banyan.Control.Chain.Governing;

/// <summary>What somebody should see to, and the command that begins it. Pure.</summary>
internal static class GovernanceTasks
{
    /// <summary>The tasks that a standing shows.</summary>
    public static IReadOnlyList<GovernanceTask> Of(GovernanceStatus standing)
    {
        var tasks = new List<GovernanceTask>();
        // Where none of them has a key here, the reader knows whose it has to be.
        var by = standing.Organisations.FirstOrDefault(static o => o.KeyHere)?.Name ?? "ORGANISATION";
        if (standing.Paused)
            tasks.Add(new("a guardian has paused everything", $"banyan chain propose resume --as {by}"));
        string[] lacking =
        [
            .. standing.Logs.Where(static l => l.Writers.Count == 0).Select(static l => $"no keeper may anchor the log of {l.Partition}"),
            .. standing.Keepers.Where(k => k.Writes < standing.Logs.Count || !k.Operator).Select(static k => $"the keeper of {k.Region} may not do all that a keeper does"),
            .. standing.Keepers.Where(k => standing.Organisations.All(o => o.Name != k.Region)).Select(static k => $"the organisation of {k.Region} takes no part"),
        ];
        if (lacking.Length > 0)
            tasks.Add(new(string.Create(CultureInfo.InvariantCulture, $"{lacking[0]}{(lacking.Length > 1 ? $", and {lacking.Length - 1} more" : "")}"), $"banyan chain propose complete --as {by}"));
        foreach (var log in standing.Logs.Where(static l => l.Forks > 0))
            tasks.Add(new(string.Create(CultureInfo.InvariantCulture, $"{(log.Forks == 1 ? "a fork" : $"{log.Forks} forks")} of the log of {log.Partition} {(log.Forks == 1 ? "was" : "were")} reported"), $"banyan verify --partition {log.Partition}"));
        if (standing.OpenProposals > 0)
            tasks.Add(new(standing.OpenProposals == 1 ? "a proposal is open" : string.Create(CultureInfo.InvariantCulture, $"{standing.OpenProposals} proposals are open"), "banyan chain proposals"));
        return tasks;
    }
}
