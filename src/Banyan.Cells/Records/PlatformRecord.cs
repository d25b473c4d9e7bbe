using System.Globalization;
using Banyan.Cells.Http;
using Banyan.Cells.Partitions;

namespace Banyan.Cells.Records;

/// <summary>A fact of the control plane that is in the journal once. Immutable.</summary>
/// <param name="Kind"><c>epoch</c> or <c>deployment</c>; <c>chain</c> is entered by <see cref="ChainActEndpoint"/>.</param>
/// <param name="Key">Which one, among those of its kind.</param>
/// <param name="Topic">Its journal topic.</param>
/// <param name="Type">Its CloudEvents type.</param>
/// <param name="Document">What happened, as JSON. No personal data: approvals name roles, and the account that spoke for each.</param>
internal sealed record PlatformRecord(string Kind, string Key, string Topic, string Type, string Document)
{
    /// <summary>The begin of an epoch.</summary>
    public static PlatformRecord Of(string partition, PartitionRecord record, IReadOnlyList<MoveApproval> approvals) => new(
        "epoch", record.Epoch.ToString(CultureInfo.InvariantCulture), RecordTopics.Epochs, RecordTopics.EpochBegan,
        JsonText.Of(json =>
        {
            json.WriteString("partition"u8, partition);
            json.WriteNumber("epoch"u8, record.Epoch);
            json.WriteString("primary"u8, record.Primary);
            if (record.Previous is { } previous)
                json.WriteString("previous"u8, previous);
            json.WriteBoolean("planned"u8, record.Planned);
            if (record.Reason is { } reason)
                json.WriteString("reason"u8, reason);
            json.WriteString("since"u8, record.Since);
            json.WriteStartArray("approvals"u8);
            foreach (var approval in approvals)
            {
                json.WriteStartObject();
                json.WriteString("role"u8, approval.Role);
                json.WriteString("by"u8, approval.By);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));

    /// <summary>A deployment.</summary>
    public static PlatformRecord Of(CellContext cell, Deployment deployment) => new(
        "deployment", $"{deployment.Blueprint}/{deployment.Version}", RecordTopics.Deployments, RecordTopics.Deployed,
        JsonText.Of(json =>
        {
            json.WriteString("platform"u8, cell.Platform);
            json.WriteString("partition"u8, cell.Partition);
            json.WriteString("region"u8, cell.Region);
            json.WriteString("blueprint"u8, deployment.Blueprint);
            json.WriteString("version"u8, deployment.Version);
        }));
}
