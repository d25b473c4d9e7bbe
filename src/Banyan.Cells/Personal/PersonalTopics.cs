namespace Banyan.Cells.Personal;

/// <summary>The journal topics of personal data. Their entries name a person by its subject and hold no other personal data.</summary>
public static class PersonalTopics
{
    /// <summary>Keys that were made, rotated or shredded.</summary>
    public const string Keys = "personal.keys";

    /// <summary>Who looked at whose data, and what for.</summary>
    public const string Access = "personal.access";

    /// <summary>Exports, corrections and deletions: asked for, done, overdue. A service that holds more of a person than rows (sessions, objects) follows it.</summary>
    public const string Rights = "personal.rights";

    /// <summary>Type in <see cref="Keys"/>: a person's key was shredded.</summary>
    public const string KeyShredded = "banyan.personal.key.shredded.v1";

    /// <summary>Type in <see cref="Keys"/>: the partition has a new key; others are wrapped again under it.</summary>
    public const string PartitionKeyMade = "banyan.personal.partition-key.made.v1";

    /// <summary>Type in <see cref="Keys"/>: nothing is wrapped under an old key of the partition any more, and it is gone.</summary>
    public const string PartitionKeyRetired = "banyan.personal.partition-key.retired.v1";

    /// <summary>Type in <see cref="Keys"/>: the partition's keys are wrapped under another version of the root key.</summary>
    public const string RootKeyChanged = "banyan.personal.root-key.changed.v1";

    /// <summary>Type in <see cref="Access"/>: somebody looked.</summary>
    public const string Looked = "banyan.personal.looked.v1";

    /// <summary>Type in <see cref="Rights"/>: something was asked for that somebody has to do.</summary>
    public const string Asked = "banyan.personal.asked.v1";

    /// <summary>Type in <see cref="Rights"/>: an export was made.</summary>
    public const string Exported = "banyan.personal.exported.v1";

    /// <summary>Type in <see cref="Rights"/>: a value was corrected.</summary>
    public const string Corrected = "banyan.personal.corrected.v1";

    /// <summary>Type in <see cref="Rights"/>: a person's rows are gone and its key is shredded.</summary>
    public const string Deleted = "banyan.personal.deleted.v1";

    /// <summary>Type in <see cref="Rights"/>: another partition has done the deletion too, with the receipt of its journal.</summary>
    public const string DeletedElsewhere = "banyan.personal.deleted-elsewhere.v1";

    /// <summary>Type in <see cref="Rights"/>: every other partition and every standby has the deletion too; with each partition's receipt.</summary>
    public const string DeletedEverywhere = "banyan.personal.deleted-everywhere.v1";

    /// <summary>Type in <see cref="Rights"/>: a request is past its deadline.</summary>
    public const string DeadlineMissed = "banyan.personal.deadline-missed.v1";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Keys, Access, Rights];
}
