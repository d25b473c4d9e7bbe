namespace Banyan.Blueprints.Reading.Yaml;

/// <summary>A part of a YAML document, with its place.</summary>
internal abstract class Node(Place place)
{
    public Place Place { get; } = place;

    /// <summary>How many nodes it is, itself and every alias unfolded included.</summary>
    public long Size { get; set; } = 1;

    /// <summary>What it is, for people.</summary>
    public abstract string Noun { get; }
}

/// <summary>A value.</summary>
internal sealed class ScalarNode(Place place, string text, bool quoted) : Node(place)
{
    public string Text { get; } = text;

    /// <summary>Whether nothing is written at all (<c>key:</c>, <c>~</c>, <c>null</c>).</summary>
    public bool IsEmpty { get; } = !quoted && text is "" or "~" or "null";

    public override string Noun => "a value";
}

/// <summary>A list.</summary>
internal sealed class ListNode(Place place) : Node(place)
{
    public List<Node> Items { get; } = [];

    public override string Noun => "a list";
}

/// <summary>Keys and their values, in the order of the file, each key once.</summary>
internal sealed class MapNode(Place place, bool flow) : Node(place)
{
    /// <summary>What to say where a key looks like the rest of a number: <c>{ price: $25,000 }</c> is two entries.</summary>
    public const string CommaHint = "within { } a comma ends the value before it: put that value in quotes, or leave the comma out";

    public OrderedDictionary<string, (Place Place, Node Value)> Entries { get; } = [];

    /// <summary>Whether it is written within braces.</summary>
    public bool Flow { get; } = flow;

    public override string Noun => "a group of keys";
}
