using System.Text.Json.Serialization;
using Banyan.Control.Stranded;

namespace Banyan.Cli.Stranded;

/// <summary>What <c>banyan stranded</c> answers; docs/cli.md.</summary>
/// <param name="Regions">Each region that answered.</param>
/// <param name="Silent">The regions that did not.</param>
internal sealed record StrandedListing(IReadOnlyList<StrandedRegion> Regions, IReadOnlyList<string> Silent);

/// <summary>A region's stranded changes.</summary>
/// <param name="Region">Its name.</param>
/// <param name="Kept">How many wait for a decision, listed or not.</param>
/// <param name="Through">What to ask for more after.</param>
/// <param name="More">Whether there may be more.</param>
/// <param name="Changes">Those listed.</param>
internal sealed record StrandedRegion(string Region, long Kept, long Through, bool More, IReadOnlyList<StrandedChange> Changes);

/// <summary>What came of deciding.</summary>
/// <param name="Decided">Those that are as wanted; <c>now</c> is false of one that was so before.</param>
/// <param name="Failed">Those that are not.</param>
internal sealed record StrandedOutcome(IReadOnlyList<StrandedDecision> Decided, IReadOnlyList<StrandedFailure> Failed);

/// <summary>What could not be decided as wanted.</summary>
/// <param name="Region">Where.</param>
/// <param name="Id">Which; null: the region's.</param>
/// <param name="Why">In one line.</param>
internal sealed record StrandedFailure(string Region, Guid? Id, string Why);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StrandedListing))]
[JsonSerializable(typeof(StrandedOutcome))]
internal sealed partial class StrandedOutput : JsonSerializerContext;
