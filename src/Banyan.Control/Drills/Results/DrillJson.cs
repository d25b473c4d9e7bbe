using System.Text.Json.Serialization;
using Banyan.Control.Drills.Breaking;

namespace Banyan.Control.Drills;

/// <summary>JSON of drills: names in snake case, as docs/drills.md lists them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DrillResult))]
[JsonSerializable(typeof(ProgrammeResult))]
[JsonSerializable(typeof(DrillPage))]
[JsonSerializable(typeof(BrokenState))]
public sealed partial class DrillJson : JsonSerializerContext;

/// <summary>Results as a cell lists them.</summary>
/// <param name="Evidence">Newest first.</param>
public sealed record DrillPage(IReadOnlyList<DrillEvidence> Evidence);

/// <summary>A stored result.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RecordedAt">When it was stored.</param>
/// <param name="Result">What came of the drill.</param>
public sealed record DrillEvidence(Guid Id, DateTimeOffset RecordedAt, DrillResult Result);
