using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Banyan.Cells.Residency;

/// <summary>What a cell's services and the cell itself say of their data. Immutable.</summary>
public sealed partial class DataCatalog
{
    private readonly FrozenDictionary<string, ResidencyClass> _topics;

    /// <exception cref="ArgumentException">A statement contradicts itself or another; the message names it.</exception>
    internal DataCatalog(IReadOnlyList<IService> services)
    {
        var said = services.Select(static s => (s.Name, s.Data)).ToList();
        var topics = new Dictionary<string, ResidencyClass>(StringComparer.Ordinal);
        foreach (var (service, data) in said)
        {
            foreach (var topic in data.Topics)
            {
                if (!topics.TryAdd(topic.Name, topic.Class) && topics[topic.Name] != topic.Class)
                    throw new ArgumentException($"Topic {topic.Name} of {service} is of class {topic.Class}, and another service says {topics[topic.Name]}.", nameof(services));
            }
        }

        _topics = topics.ToFrozenDictionary(StringComparer.Ordinal);
        var own = CellData.Of(topics.Where(static t => t.Value == ResidencyClass.Personal).Select(static t => t.Key).Order(StringComparer.Ordinal));
        Tables = [.. said.Append(("cell", own)).SelectMany(static s => s.Item2.Tables.Select(t => new StatedTable(s.Item1, t)))];
        Objects = [.. said.SelectMany(static s => s.Data.Objects)];
        foreach (var (service, table) in Tables)
            Check(service, table);
        if (Tables.GroupBy(static t => t.Table.Name).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Table {twice.Key} is stated twice.", nameof(services));
    }

    /// <summary>Every table with whose it is, in the order in which a person's rows are deleted.</summary>
    public ImmutableArray<StatedTable> Tables { get; }

    /// <summary>Every class of objects.</summary>
    public ImmutableArray<ObjectData> Objects { get; }

    /// <summary>Every topic that something is said of, with its class.</summary>
    public IReadOnlyDictionary<string, ResidencyClass> Topics => _topics;

    /// <summary>The class of a topic; <see cref="ResidencyClass.Personal"/>, the strictest, where nothing is said of it.</summary>
    public ResidencyClass ClassOf(string topic) => _topics.TryGetValue(topic, out var said) ? said : ResidencyClass.Personal;

    [GeneratedRegex("^[a-z_]+\\.[a-z][a-z0-9_]*\\z", RegexOptions.NonBacktracking)]
    private static partial Regex SchemaAndName();

    private static void Check(string service, TableData table)
    {
        if (!SchemaAndName().IsMatch(table.Name))
            throw new ArgumentException($"Table '{table.Name}' of {service} must be named with its schema.", nameof(table));
        if ((table.Class == ResidencyClass.Personal) != table.Rows is not null)
            throw new ArgumentException($"Table {table.Name} of {service}: a table of class Personal, and no other, says how a person's rows are found.", nameof(table));
        if (table.Rows is { Where: null, Kept: null })
            throw new ArgumentException($"Table {table.Name} of {service} says neither how a person's rows are found nor why they can't be.", nameof(table));
        if (table.Rows is { Where: { } where } && !where.Contains("$1", StringComparison.Ordinal))
            throw new ArgumentException($"Table {table.Name} of {service}: the condition '{where}' does not name the person ($1).", nameof(table));
    }
}

/// <summary>A table, and whose it is. Immutable.</summary>
/// <param name="Service">The service's name; <c>cell</c> for the cell's own.</param>
/// <param name="Table">What is said of it.</param>
public sealed record StatedTable(string Service, TableData Table);
