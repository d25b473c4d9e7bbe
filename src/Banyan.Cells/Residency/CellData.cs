namespace Banyan.Cells.Residency;

/// <summary>What the cell itself holds beside its services: the journal, and which migrations ran.</summary>
internal static class CellData
{
    private const string ByErasure = "Actor, subject, data and salt are erased; when each change was and of what kind stays with its place in the log, and goes by the journal's retention. What says that the person was deleted stays, by its subject alone.";

    /// <summary>Says it.</summary>
    /// <param name="personalTopics">The topics whose entries have a person as subject.</param>
    public static ServiceData Of(IEnumerable<string> personalTopics)
    {
        // Topics are constants of services' code; quoted all the same.
        var topics = string.Join(", ", personalTopics.Select(static t => $"'{t.Replace("'", "''", StringComparison.Ordinal)}'").DefaultIfEmpty("NULL"));
        var entries = new PersonRows { Where = $"t.topic IN ({topics}) AND t.subject = $1", Kept = ByErasure };
        return new ServiceData
        {
            Tables =
            [
                TableData.OfPersons("journal.entry", entries),
                TableData.OfPersons("journal.inbox", entries),
                TableData.OfPersons("journal.stranded", entries),
                TableData.OfPersons("journal.idempotency", PersonRows.Unfindable("Answers that are kept for repeated requests; they are found by their key alone, and go after the idempotency retention (24 hours).")),
                new("journal.cursor", ResidencyClass.Internal),
                new("journal.epoch", ResidencyClass.Internal),
                new("journal.head", ResidencyClass.Internal),
                new("journal.returned", ResidencyClass.Internal),
                new("journal.schema_step", ResidencyClass.Internal),
                new("journal.segment", ResidencyClass.Internal),
                new("log.tree", ResidencyClass.Public),
                new("log.tile", ResidencyClass.Public),
                new("log.bundle", ResidencyClass.Public),
                new("log.part", ResidencyClass.Public),
                new("log.edge", ResidencyClass.Public),
                new("log.checkpoint", ResidencyClass.Public),
                new("cells.migration", ResidencyClass.Internal),
            ],
        };
    }
}
