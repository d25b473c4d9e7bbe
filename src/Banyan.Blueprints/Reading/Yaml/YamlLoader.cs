using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Banyan.Blueprints.Reading.Yaml;

/// <summary>Turns YAML text into nodes with places, within limits that no text can make it pass. Not a general YAML library: one document, text keys, no tags, no merge keys.</summary>
internal sealed class YamlLoader(ReadContext context)
{
    /// <summary>The deepest nesting; the language itself needs under ten.</summary>
    public const int MaxDepth = 32;

    /// <summary>The most nodes, every alias unfolded; a platform of many hundred services has under a tenth.</summary>
    public const int MaxNodes = 100_000;

    private readonly Stack<Open> _open = new();
    private readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    private long _nodes;
    private Node? _root;
    private Place _last = Place.Start;

    /// <summary>The document's only node; null, and findings, where the text is not YAML or passes a limit.</summary>
    public Node? Load(string text)
    {
        if (HasTabs(text))
            return null;
        try
        {
            var parser = new Parser(new StringReader(text));
            while (parser.MoveNext())
            {
                if (parser.Current is not { } current)
                    continue;
                _last = PlaceOf(current.End);
                if (!Take(current))
                    return null;
            }
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // only YamlException is documented; the others are what its scanner throws on some malformed text
            var (place, reason) = e is YamlException { Start: var start } && start.Line > 0 ? (PlaceOf(start), Reason(e.Message)) : (_last, "what follows can't be understood");
            context.Report(ReadRules.Syntax, "", place, $"this is not YAML: {reason}", "look at the indentation, and at quotes and brackets that are left open");
            return null;
        }

        if (_root is null or ScalarNode { IsEmpty: true })
            context.Report(ReadRules.File, "", Place.Start, "nothing is written in it", "begin with 'platform:' and its name; 'banyan schema' helps your editor");
        return _root is ScalarNode { IsEmpty: true } ? null : _root;
    }

    private bool Take(ParsingEvent current)
    {
        switch (current)
        {
            case DocumentStart when _root is not null:
                return Stop(ReadRules.Syntax, PlaceOf(current.Start), "a second document begins here", "write one platform a file; take out the line ---");
            case NodeEvent { Tag.IsEmpty: false } tagged:
                return Stop(ReadRules.Syntax, PlaceOf(current.Start), $"'{Shorten(tagged.Tag.Value)}' is a tag; a blueprint has none", "take it out");
            case Scalar scalar:
                return Add(new ScalarNode(PlaceOf(scalar.Start), scalar.Value, scalar.Style is not ScalarStyle.Plain), scalar.Anchor);
            case SequenceStart list:
                return Begin(new ListNode(PlaceOf(list.Start)), list.Anchor);
            case MappingStart map:
                return Begin(new MapNode(PlaceOf(map.Start), map.Style == MappingStyle.Flow), map.Anchor);
            case SequenceEnd or MappingEnd:
                End();
                return true;
            case AnchorAlias alias:
                return AddAlias(alias);
            default:
                return true;
        }
    }

    private bool Add(ScalarNode node, AnchorName anchor)
    {
        if (!anchor.IsEmpty)
            _anchors[anchor.Value] = node;
        return Count(1, node.Place) && Attach(node, node.Place, out _);
    }

    private bool AddAlias(AnchorAlias alias)
    {
        var place = PlaceOf(alias.Start);
        var name = Shorten(alias.Value.Value);
        if (!_anchors.TryGetValue(alias.Value.Value, out var target))
            return Stop(ReadRules.Syntax, place, $"'*{name}' refers to nothing above it", alias.Value.Value.Contains('.') ? $"where the star itself is meant, put it in quotes: \"*{name}\"" : $"mark what it refers to with &{name}");
        if (target is null)
            return Stop(ReadRules.Syntax, place, $"'*{name}' refers to what it is a part of", "write it out");
        return Count(target.Size, place) && Attach(target, place, out _);
    }

    private bool Begin(Node node, AnchorName anchor)
    {
        if (_open.Count >= MaxDepth)
            return Stop(ReadRules.Limit, node.Place, $"this is nested more than {MaxDepth} levels deep", "a blueprint needs fewer than ten");
        if (!Count(1, node.Place) || !Attach(node, node.Place, out var path))
            return false;
        // null until it is complete, so that an alias within it is seen to refer to itself
        if (!anchor.IsEmpty)
            _anchors[anchor.Value] = null;
        _open.Push(new(node, path, anchor.IsEmpty ? null : anchor.Value));
        return true;
    }

    private void End()
    {
        var ended = _open.Pop();
        ended.Node.Size += ended.Node switch
        {
            ListNode list => list.Items.Sum(i => i.Size),
            MapNode map => map.Entries.Values.Sum(e => e.Value.Size + 1),
            _ => 0,
        };
        if (ended.Anchor is not null)
            _anchors[ended.Anchor] = ended.Node;
    }

    private bool Count(long nodes, Place place) =>
        (_nodes += nodes) <= MaxNodes || Stop(ReadRules.Limit, place, $"here the blueprint passes {MaxNodes} parts", "describe many sites by a pattern under 'sites'; aliases count as often as they are used");

    /// <summary>Puts a node where it belongs: the document, a list, or a map's key or value.</summary>
    private bool Attach(Node node, Place place, out string path)
    {
        path = "";
        if (!_open.TryPeek(out var parent))
        {
            _root = node;
            return true;
        }

        if (parent.Node is ListNode list)
        {
            path = $"{parent.Path}[{list.Items.Count}]";
            list.Items.Add(node);
            return true;
        }

        var map = (MapNode)parent.Node;
        if (parent.Key is not { } key)
        {
            if (node is not ScalarNode scalar)
                return Stop(ReadRules.Syntax, place, $"{node.Noun} can't be a key", "begin the line with a name and a colon", parent.Path);
            parent.Key = (scalar.Text, place);
            return true;
        }

        parent.Key = null;
        path = Model.Places.Join(parent.Path, key.Text);
        if (!map.Entries.TryAdd(key.Text, (key.Place, node)))
            context.Report(ReadRules.DuplicateKey, path, key.Place, $"'{Shorten(key.Text)}' is written twice; first in line {map.Entries[key.Text].Place.Line}", "keep one of them");
        return true;
    }

    private bool Stop(string rule, Place place, string message, string hint, string path = "")
    {
        context.Report(rule, path, place, message, hint);
        return false;
    }

    private bool HasTabs(string text)
    {
        var line = 0;
        var found = false;
        foreach (var row in text.AsSpan().EnumerateLines())
        {
            line++;
            var indent = row.IndexOfAnyExcept(' ', '\t');
            var tab = (indent < 0 ? row : row[..indent]).IndexOf('\t');
            if (tab < 0 || indent < 0 || row[indent] == '#')
                continue;
            found = true;
            context.Report(ReadRules.Tab, "", new(line, tab + 1), "this line is indented with a tab", "YAML wants spaces; two a level");
        }

        return found;
    }

    private static Place PlaceOf(Mark mark) => new((int)Math.Clamp(mark.Line, 1, int.MaxValue), (int)Math.Clamp(mark.Column, 1, int.MaxValue));

    private static string Shorten(string text) => Quantities.QuantityText.Shorten(text);

    /// <summary>The parser's own words, as the end of a sentence.</summary>
    private static string Reason(string message)
    {
        var reason = Shorten120(message.ReplaceLineEndings(" ").TrimEnd('.', ' '));
        return reason.Length == 0 ? "it can't be understood" : char.ToLowerInvariant(reason[0]) + reason[1..];
    }

    private static string Shorten120(string text) => text.Length > 120 ? string.Concat(text.AsSpan(0, 117), "...") : text;

    /// <summary>A list or map whose end is not reached yet.</summary>
    private sealed class Open(Node node, string path, string? anchor)
    {
        public Node Node { get; } = node;

        public string Path { get; } = path;

        public string? Anchor { get; } = anchor;

        /// <summary>The key whose value comes next.</summary>
        public (string Text, Place Place)? Key { get; set; }
    }
}
