using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Banyan.Blueprints.Model;

/// <summary>Things under their names, in the order in which they are written. Immutable.</summary>
public sealed class Named<T> : IReadOnlyDictionary<string, T>
{
    private readonly OrderedDictionary<string, T> _items;

    internal Named(OrderedDictionary<string, T> items) => _items = items;

    /// <summary>Nothing.</summary>
    public static Named<T> None { get; } = new([]);

    public int Count => _items.Count;

    public IEnumerable<string> Keys => _items.Keys;

    public IEnumerable<T> Values => _items.Values;

    public T this[string key] => _items[key];

    public bool ContainsKey(string key) => _items.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => _items.TryGetValue(key, out value);

    /// <summary>The thing of that name; null (or the type's default) where there is none.</summary>
    public T? Find(string? key) => key is not null && _items.TryGetValue(key, out var value) ? value : default;

    /// <summary>The same names with changed things.</summary>
    internal Named<T> Select(Func<T, T> change)
    {
        var items = new OrderedDictionary<string, T>(_items.Count);
        foreach (var (name, item) in _items)
            items.Add(name, change(item));
        return new(items);
    }

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
