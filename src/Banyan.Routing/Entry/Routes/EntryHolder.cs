namespace Banyan.Routing.Entry.Routes;

/// <summary>A region that holds a database of a partition, and a cell of it that can serve the partition. Immutable.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="Address">Scheme and authority of that cell, without a slash at the end.</param>
public sealed record EntryHolder(string Region, string Address);
