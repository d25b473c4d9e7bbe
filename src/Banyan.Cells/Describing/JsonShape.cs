using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Banyan.Cells.Describing;

/// <summary>
/// What a JSON value must be like: the part of JSON Schema (2020-12) that requests of services need. As with
/// <see cref="QueryParameter"/>, description and check are made from the same. Immutable.
/// </summary>
public sealed record JsonShape
{
    private JsonShape(JsonShapeKind kind) => Kind = kind;

    /// <summary>Anything.</summary>
    public static readonly JsonShape Any = new(JsonShapeKind.Any);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static readonly JsonShape Boolean = new(JsonShapeKind.Boolean);

    /// <summary>A UUID (RFC 9562).</summary>
    public static readonly JsonShape Id = Text(36) with { Pattern = new TextPattern("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a UUID") };

    /// <summary>What it is.</summary>
    public JsonShapeKind Kind { get; }

    /// <summary>Of an object: its members.</summary>
    public FrozenDictionary<string, JsonShape> Members { get; private init; } = FrozenDictionary<string, JsonShape>.Empty;

    /// <summary>Of an object: the members that must be there.</summary>
    public ImmutableArray<string> Required { get; private init; } = [];

    /// <summary>Of an object: no other members may be there.</summary>
    public bool Closed { get; private init; }

    /// <summary>Of a list: what each item is like; of a map: what each value is like.</summary>
    public JsonShape? Items { get; private init; }

    /// <summary>Of a text, a list or a number: the least length, count or value.</summary>
    public double? Least { get; private init; }

    /// <summary>Of a text, a list or a number: the greatest length, count or value.</summary>
    public double? Most { get; private init; }

    /// <summary>Of a text: the only ones; empty: any.</summary>
    public ImmutableArray<string> OneOf { get; private init; } = [];

    /// <summary>Of a text: whether those are taken in any case of letters. The description lists them as they are written here.</summary>
    public bool AnyCase { get; init; }

    /// <summary>Of a text: what it must look like; null: anything.</summary>
    public TextPattern? Pattern { get; init; }

    /// <summary>Of either: what it may be, each of another kind.</summary>
    public ImmutableArray<JsonShape> Choices { get; private init; } = [];

    /// <summary>Whether null may stand in its place.</summary>
    public bool Nullable { get; init; }

    /// <summary>A text.</summary>
    public static JsonShape Text(int longest, int shortest = 0) => new(JsonShapeKind.Text) { Least = shortest, Most = longest };

    /// <summary>One of these texts.</summary>
    public static JsonShape Word(params ReadOnlySpan<string> words) => new(JsonShapeKind.Text) { OneOf = [.. words] };

    /// <summary>A number.</summary>
    public static JsonShape Number(double? least = null, double? most = null) => new(JsonShapeKind.Number) { Least = least, Most = most };

    /// <summary>A whole number.</summary>
    public static JsonShape Integer(long? least = null, long? most = null) => new(JsonShapeKind.Integer) { Least = least, Most = most };

    /// <summary>A list.</summary>
    public static JsonShape List(JsonShape items, int most, int least = 0) => new(JsonShapeKind.List) { Items = items, Least = least, Most = most };

    /// <summary>An object with these members; a name that ends with <c>?</c> may be left out. Others are let through.</summary>
    public static JsonShape Object(params ReadOnlySpan<(string Name, JsonShape Shape)> members)
    {
        var all = new Dictionary<string, JsonShape>(StringComparer.Ordinal);
        var required = ImmutableArray.CreateBuilder<string>();
        foreach (var (name, shape) in members)
        {
            var plain = name.TrimEnd('?');
            all.Add(plain, shape);
            if (plain.Length == name.Length)
                required.Add(plain);
        }

        return new JsonShape(JsonShapeKind.Object) { Members = all.ToFrozenDictionary(StringComparer.Ordinal), Required = required.ToImmutable() };
    }

    /// <summary>An object of any members, whose values are all of this shape.</summary>
    public static JsonShape Map(JsonShape values, int most) => new(JsonShapeKind.Map) { Items = values, Most = most };

    /// <summary>One of these, each of another kind.</summary>
    public static JsonShape Either(params ReadOnlySpan<JsonShape> choices) => new(JsonShapeKind.Either) { Choices = [.. choices] };

    /// <summary>The same, or null.</summary>
    public JsonShape OrNull() => this with { Nullable = true };

    /// <summary>The same object, without other members.</summary>
    public JsonShape WithoutOthers() => this with { Closed = true };
}

/// <summary>What a JSON value is.</summary>
public enum JsonShapeKind
{
    Any,
    Object,
    Map,
    List,
    Text,
    Number,
    Integer,
    Boolean,
    Either,
}
