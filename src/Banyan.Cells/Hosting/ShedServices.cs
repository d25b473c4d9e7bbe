using System.Collections.Frozen;

namespace Banyan.Cells.Hosting;

/// <summary>
/// The services that a cell refuses for now, because its region carries more than it can: the least important by the
/// blueprint's priorities. Thread-safe; read on the hot path.
/// </summary>
internal sealed class ShedServices
{
    private volatile FrozenSet<string> _names = FrozenSet<string>.Empty;

    /// <summary>Whether there is any.</summary>
    public bool Any => _names.Count > 0;

    /// <summary>Their names, in order.</summary>
    public IReadOnlyList<string> Names => [.. _names.Order(StringComparer.Ordinal)];

    /// <summary>Whether a service is one of them.</summary>
    public bool Contains(string service) => _names.Contains(service);

    /// <summary>From now on it is these.</summary>
    /// <returns>Whether that is a change.</returns>
    public bool Set(IEnumerable<string> names)
    {
        var next = names.ToFrozenSet(StringComparer.Ordinal);
        if (next.SetEquals(_names))
            return false;
        _names = next;
        return true;
    }
}
