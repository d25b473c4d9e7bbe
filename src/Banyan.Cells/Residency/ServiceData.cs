namespace Banyan.Cells.Residency;

/// <summary>What a service says of the data that it holds: every table, topic and class of objects, with where it may be. Immutable.</summary>
public sealed record ServiceData
{
    /// <summary>It holds none.</summary>
    public static readonly ServiceData None = new();

    /// <summary>Its tables. Rows of a person are deleted in this order, so name those that refer to others first.</summary>
    public IReadOnlyList<TableData> Tables { get; init; } = [];

    /// <summary>The journal topics that it writes.</summary>
    public IReadOnlyList<TopicData> Topics { get; init; } = [];

    /// <summary>Its classes of objects in the object store.</summary>
    public IReadOnlyList<ObjectData> Objects { get; init; } = [];
}

/// <summary>A table. Immutable.</summary>
/// <param name="Name">Schema and name: <c>identity.accounts</c>. The tables that a partitioned table is made of need no mention.</param>
/// <param name="Class">Where it may be.</param>
public sealed record TableData(string Name, ResidencyClass Class)
{
    /// <summary>How a person's rows are found; there exactly where <see cref="Class"/> is <see cref="ResidencyClass.Personal"/>.</summary>
    public PersonRows? Rows { get; init; }

    /// <summary>A table of persons.</summary>
    public static TableData OfPersons(string name, PersonRows rows) => new(name, ResidencyClass.Personal) { Rows = rows };
}

/// <summary>A journal topic. Immutable.</summary>
/// <param name="Name">The topic.</param>
/// <param name="Class">Where its entries may be. Those of a <see cref="ResidencyClass.Personal"/> one have the person as subject.</param>
public sealed record TopicData(string Name, ResidencyClass Class);

/// <summary>A class of objects. Immutable.</summary>
/// <param name="Name">The first part of their keys.</param>
/// <param name="Class">Where they may be. A service that has objects of persons deletes them when the topic <c>personal.rights</c> says so.</param>
public sealed record ObjectData(string Name, ResidencyClass Class);
