using System.Text.Json;
using System.Text.Json.Serialization;

namespace Banyan.Engines.Postgres;

/// <summary>
/// What a data folder was last made to be, kept beside it as <c>NAME.state</c>: its own files can't say, since a rewind
/// replaces them by another server's. Immutable.
/// </summary>
/// <param name="Epoch">The partition's epoch that the folder's role is of. A wish of no higher one never changes the role.</param>
/// <param name="Phase">What was begun and is to be finished.</param>
public sealed record FolderState(int Epoch, FolderPhase Phase = FolderPhase.None)
{
    /// <summary>The epoch that the folder is being brought to, while a phase lasts.</summary>
    public int? Toward { get; init; }

    /// <summary>Null where there is none: a folder of before partitions moved, or one that was never made.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    internal static FolderState? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), FolderStateJson.Default.FolderState);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new IOException($"{path} can't be understood ({e.Message}): it says what its folder was made to be. Put its backup in its place.", e);
        }
    }

    /// <summary>Writes it, whole or not at all. After a loss of power it is there where <paramref name="durable"/> says so.</summary>
    internal void Write(string path, bool durable)
    {
        using (var stream = new FileStream(path + ".new", FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(stream, this, FolderStateJson.Default.FolderState);
            stream.Flush(flushToDisk: durable);
        }

        File.Move(path + ".new", path, overwrite: true);
        if (durable)
            DataFolder.Sync(Path.GetDirectoryName(path)!, wholeFileSystem: false);
    }
}

/// <summary>What was begun with a data folder.</summary>
public enum FolderPhase
{
    /// <summary>Nothing: it is what it is.</summary>
    None,

    /// <summary>A standby is being made the primary.</summary>
    Promoting,

    /// <summary>An old primary is back: what it alone holds is looked for. It takes no writes from here on.</summary>
    Returning,

    /// <summary>What it alone held is safe elsewhere: it may be rewound or replaced.</summary>
    Returned,

    /// <summary>It is being rewound; interrupted, it is neither what it was nor what it shall be.</summary>
    Rewinding,

    /// <summary>Rewinding did not work: it is to be replaced by a copy of its primary.</summary>
    Replacing,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FolderState))]
internal sealed partial class FolderStateJson : JsonSerializerContext;
