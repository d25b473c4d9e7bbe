using System.Collections.Immutable;
using System.Numerics;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns.Zones;

/// <summary>
/// Every answer of the zones, compiled: a query costs one look-up, however many names there are, and two where its name
/// does not exist. Immutable; readers need no lock.
/// </summary>
public sealed class AnswerTable
{
    private readonly AnswerNode?[] _slots;
    private readonly int _mask;
    private readonly int[] _apexDepths;

    private AnswerTable(IReadOnlyCollection<AnswerNode> nodes, IEnumerable<int> apexDepths)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, nodes.Count * 2));
        (_slots, _mask) = (new AnswerNode?[size], size - 1);
        foreach (var node in nodes)
        {
            var slot = (int)node.Hash & _mask;
            while (_slots[slot] is not null)
                slot = (slot + 1) & _mask;
            _slots[slot] = node;
        }

        _apexDepths = [.. apexDepths.Distinct().OrderDescending()];
    }

    /// <summary>Answers nothing: every name is refused.</summary>
    public static AnswerTable Empty { get; } = new([], []);

    /// <summary>Compiles zones.</summary>
    /// <param name="problems">What makes that impossible, one line each; empty where it worked.</param>
    /// <returns>The table, or null where there are problems.</returns>
    public static AnswerTable? Compile(IReadOnlyList<ZoneModel> zones, out ImmutableArray<string> problems)
    {
        problems = [.. zones.SelectMany(ZoneRules.FindProblems), .. zones.GroupBy(static z => z.Apex).Where(static g => g.Count() > 1).Select(static g => $"{g.Key} is there twice")];
        if (problems.Length > 0)
            return null;
        var nodes = new List<AnswerNode>();
        for (var i = 0; i < zones.Count; i++)
            nodes.AddRange(new ZoneCompiler(zones[i], i).Compile());
        // A zone below another one's apex is the nearer one for its names.
        return new AnswerTable([.. nodes.GroupBy(static n => n.Name, NameBytes.Comparer).Select(static g => g.MaxBy(static n => n.Zone.ApexLength)!)], zones.Select(static z => z.Apex.Labels));
    }

    /// <summary>Finds a name.</summary>
    /// <param name="name">In lower case, well formed.</param>
    /// <param name="zone">The zone that the name is in, also where it does not exist; null where it is in none.</param>
    internal AnswerNode? Find(ReadOnlySpan<byte> name, out ZoneAnswers? zone)
    {
        if (Find(name) is { } node)
        {
            zone = node.Zone;
            return node;
        }

        zone = FindZone(name);
        return null;
    }

    private AnswerNode? Find(ReadOnlySpan<byte> name)
    {
        var hash = NameBytes.Hash(name);
        for (var slot = (int)hash & _mask; _slots[slot] is { } node; slot = (slot + 1) & _mask)
        {
            if (node.Hash == hash && name.SequenceEqual(node.Name))
                return node;
        }

        return null;
    }

    /// <summary>Only suffixes that are as deep as some apex are looked up, so a name of 127 labels costs no more than one of three.</summary>
    private ZoneAnswers? FindZone(ReadOnlySpan<byte> name)
    {
        Span<byte> starts = stackalloc byte[(Protocol.MaxName / 2) + 1];
        var labels = 0;
        for (var at = 0; name[at] != 0; at += 1 + name[at])
            starts[labels++] = (byte)at;
        starts[labels] = (byte)(name.Length - 1);
        foreach (var depth in _apexDepths)
        {
            if (depth <= labels && Find(name[starts[labels - depth]..]) is { } node && node.Zone.ApexLength == node.Name.Length)
                return node.Zone;
        }

        return null;
    }
}
