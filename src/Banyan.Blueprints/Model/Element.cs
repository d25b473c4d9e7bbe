namespace Banyan.Blueprints.Model;

/// <summary>A part of a blueprint that is written in one place of the file. Immutable.</summary>
public abstract record Element
{
    /// <summary>Where it is in the model, such as <c>regions.east-africa</c>; <see cref="Blueprint.PlaceOf(Element, string?)"/> says where that is in the file.</summary>
    public string Path { get; init; } = "";
}

/// <summary>A part that has a name: the key that it is written under.</summary>
public abstract record NamedElement : Element
{
    /// <summary>Unique among its kind: lower case letters, digits and hyphens.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is called in front of people; null where the name says it.</summary>
    public string? Title { get; init; }

    /// <summary>What it is for, in a sentence.</summary>
    public string? Purpose { get; init; }
}
