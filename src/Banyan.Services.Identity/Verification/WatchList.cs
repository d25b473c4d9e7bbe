using Banyan.Cells.Hosting;

namespace Banyan.Services.Identity.Verification;

/// <summary>People whom the platform must look at twice, such as a sanctions list. Thread-safe.</summary>
internal interface IWatchList
{
    /// <summary>Entries whose names are like this one, most alike first; at most ten.</summary>
    IReadOnlyList<WatchListHit> Find(string name);
}

/// <summary>An entry that is like a name.</summary>
/// <param name="Name">As the list has it.</param>
/// <param name="Reference">What the list calls the entry.</param>
/// <param name="Likeness">0 to 1.</param>
internal sealed record WatchListHit(string Name, string Reference, double Likeness);

/// <summary>
/// A list in a text file: a line an entry, <c>name</c> or <c>name;reference</c>, lines that begin with # are comments. Read when
/// it is first needed, and again when the file has changed; a file that can't be read then leaves the list as it was.
/// </summary>
internal sealed class FileWatchList : IWatchList
{
    private const int Most = 1_000_000;
    private const int MostHits = 10;
    private readonly string? _file;
    private readonly Lock _lock = new();
    private volatile Loaded? _loaded;

    private FileWatchList(string? file) => _file = file;

    /// <exception cref="CellException">The file that the settings name is not there.</exception>
    public static FileWatchList Of(IdentitySettings settings) => settings.WatchList is null || File.Exists(settings.WatchList)
        ? new FileWatchList(settings.WatchList)
        : throw new CellException($"Setting 'identity:watch_list' names {settings.WatchList}, which is not there: put the list there, or leave the setting out.", isTransient: false);

    public IReadOnlyList<WatchListHit> Find(string name)
    {
        var words = NameMatch.Words(name);
        return
        [
            .. Current().Select(e => new WatchListHit(e.Name, e.Reference, NameMatch.Likeness(words, e.Words))).Where(static h => h.Likeness >= NameMatch.Threshold)
                .OrderByDescending(static h => h.Likeness).Take(MostHits),
        ];
    }

    private IReadOnlyList<Entry> Current()
    {
        if (_file is null)
            return [];
        lock (_lock)
        {
            var changed = File.GetLastWriteTimeUtc(_file);
            if (_loaded is null || _loaded.Changed != changed && File.Exists(_file))
                _loaded = new Loaded(changed, Read(_file));
            return _loaded.Entries;
        }
    }

    private static List<Entry> Read(string file)
    {
        var entries = new List<Entry>();
        foreach (var line in File.ReadLines(file).Where(static l => l.Trim() is not ("" or ['#', ..])).Take(Most))
        {
            var parts = line.Split(';', 2);
            entries.Add(new Entry(parts[0].Trim(), parts.Length > 1 ? parts[1].Trim() : "", NameMatch.Words(parts[0])));
        }

        return entries;
    }

    private sealed record Entry(string Name, string Reference, string[] Words);

    private sealed record Loaded(DateTime Changed, IReadOnlyList<Entry> Entries);
}
