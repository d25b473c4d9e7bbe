using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Banyan.Services.Climate.Blocks;

namespace Banyan.Services.Climate.Catalog;

/// <summary>A measurement of a namespace, with its fields. Thread-safe: readers see the fields of one moment.</summary>
internal sealed class Measurement(int id, string name)
{
    private volatile FieldSet _fields = FieldSet.Empty;

    /// <summary>Its row's id.</summary>
    public int Id { get; } = id;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its fields, by number.</summary>
    public IReadOnlyList<Field> Fields => _fields.ByNumber;

    /// <summary>Finds a field by its name in UTF-8.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, [NotNullWhen(true)] out Field? field) => _fields.Lookup.TryGetValue(name, out field);

    /// <summary>Finds a field by its name.</summary>
    public Field? Find(string name) => Fields.FirstOrDefault(f => f.Name == name);

    /// <summary>Takes over the fields that the database has. Called by one at a time.</summary>
    public void Learn(IEnumerable<Field> fields) => _fields = new FieldSet([.. fields.OrderBy(static f => f.Number)]);

    private sealed class FieldSet
    {
        public static readonly FieldSet Empty = new([]);

        public FieldSet(Field[] byNumber)
        {
            ByNumber = byNumber;
            Lookup = byNumber.ToFrozenDictionary(static f => f.NameBytes, ByteArrayComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        }

        public Field[] ByNumber { get; }

        public FrozenDictionary<byte[], Field>.AlternateLookup<ReadOnlySpan<byte>> Lookup { get; }
    }
}
