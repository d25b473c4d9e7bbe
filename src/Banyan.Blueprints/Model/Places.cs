namespace Banyan.Blueprints.Model;

/// <summary>Where each part of a blueprint is written in its file, by path. Immutable.</summary>
public sealed class Places
{
    private readonly IReadOnlyDictionary<string, Place> _places;

    internal Places(IReadOnlyDictionary<string, Place> places) => _places = places;

    /// <summary>Of a blueprint that was not read from a file.</summary>
    public static Places None { get; } = new(new Dictionary<string, Place>());

    /// <summary>Every path that is written, in no particular order.</summary>
    public IEnumerable<string> Paths => _places.Keys;

    /// <summary>Whether the path is written in the file.</summary>
    public bool Contains(string path) => _places.ContainsKey(path);

    /// <summary>The place of a path, such as <c>services.disaster.needs[0]</c>; of the nearest part around it where the path itself is not written; the beginning of the file at last.</summary>
    public Place Of(string path)
    {
        while (path.Length > 0)
        {
            if (_places.TryGetValue(path, out var place))
                return place;
            var cut = path.AsSpan().LastIndexOfAny('.', '[');
            path = cut < 0 ? "" : path[..cut];
        }

        return Place.Start;
    }

    /// <summary>The path of a key within a part.</summary>
    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
