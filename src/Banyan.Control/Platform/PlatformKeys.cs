using Banyan.Engines.Keys;

namespace Banyan.Control.Platform;

/// <summary>Where a platform's root keys are.</summary>
/// <param name="File">The file: absolute, or by its way from the data folder.</param>
public sealed record KeysState(string File)
{
    /// <summary>The file, absolute.</summary>
    public string PathIn(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Path.Combine(data.Root, File);
    }
}

/// <summary>Sees to it that a platform has root keys before anything is sealed with them.</summary>
public static class PlatformKeys
{
    /// <summary>The file where none is named, from the data folder.</summary>
    public const string DefaultFile = "secrets/root.keys";

    /// <summary>Makes the root keys for a new platform, mode 0600, and for one that has some sees that they can be used. Never makes new ones in the place of some that are lost.</summary>
    /// <exception cref="PlatformException">They are lost, damaged, or others may read them.</exception>
    public static KeysState Prepare(DataFolder data, PlatformState? previous, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(data);
        var keys = previous?.Keys ?? new KeysState(DefaultFile);
        try
        {
            if (previous?.Keys is null)
                RootKeyFiles.Ensure(keys.PathIn(data), time);
            _ = RootKeyFile.Open(keys.PathIn(data));
        }
        catch (RootKeyException error)
        {
            throw new PlatformException(error.Message.TrimEnd('.'));
        }

        return keys;
    }
}
