using Banyan.Cells.Http;
using Banyan.Cells.Peers;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Residency;

/// <summary>
/// Decides at the source whether data may go to a region: what is of class jurisdiction or personal stays in the jurisdiction of
/// the partition's home. Where a jurisdiction is not known, it is another. Thread-safe.
/// </summary>
internal sealed class ResidencyGate(CellContext cell, DataCatalog catalog)
{
    /// <summary>Request header: the region of a cell or a tool that reads from this cell, where no certificate says it.</summary>
    public const string ReaderHeader = "Banyan-Reader-Region";

    private readonly string? _home = cell.Jurisdictions.GetValueOrDefault(cell.Partition) ?? (cell.Partition == cell.Region ? cell.Jurisdiction : null);

    /// <summary>The region that a request reads for: the certificate's, where links have them, whatever the header says; null where neither says one.</summary>
    public static string? ReaderOf(HttpContext context) => context.Peer() is { } peer ? peer.Region : context.Request.Headers[ReaderHeader] is [{ Length: > 0 and <= 200 } region] ? region : null;

    /// <summary>Whether everything of the partition may go to a region: it lies under the same law, or holds the data already.</summary>
    public bool MayHaveAll(string? region) =>
        region is not null && (region == cell.Partition || region == cell.Region || (_home is not null && cell.Jurisdictions.GetValueOrDefault(region) == _home));

    /// <summary>Whether a topic's entries may go to a region.</summary>
    public bool MayHave(string? region, string topic) => catalog.ClassOf(topic) is ResidencyClass.Public or ResidencyClass.Internal || MayHaveAll(region);

    /// <summary>The topics that may go everywhere.</summary>
    public IReadOnlySet<string> Unbound { get; } = catalog.Topics.Where(static t => t.Value is ResidencyClass.Public or ResidencyClass.Internal).Select(static t => t.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>What is answered to who asks for data that stays.</summary>
    /// <param name="region">Where it would go; null where that is not known.</param>
    /// <param name="what">The data: <c>topic identity.accounts (personal)</c>.</param>
    public IResult Refuse(string? region, string what) => Problem.Create(
        StatusCodes.Status403Forbidden, "residency-refused", "Data stays in its jurisdiction",
        $"The {what} of {cell.Partition} stays in {_home ?? "the region, whose jurisdiction the blueprint does not name"}; {(region is null ? $"the reader does not say by {ReaderHeader} where it is" : $"{region} is not known to lie there")}.");

    /// <summary>A topic with its class, for <see cref="Refuse"/>.</summary>
    public string Describe(string topic) => $"topic {topic} ({catalog.ClassOf(topic).ToString().ToLowerInvariant()})";
}
