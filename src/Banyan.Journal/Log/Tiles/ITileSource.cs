namespace Banyan.Journal.Log.Tiles;

/// <summary>Where a log can be read: a folder, a URL, a database. What comes from it is believed by nobody before it was checked. Thread-safe.</summary>
public interface ITileSource
{
    /// <summary>What people are told it is: a path or a URL.</summary>
    string Name { get; }

    /// <summary>The newest checkpoint, a signed note; null where there is none.</summary>
    /// <exception cref="TileSourceException">The source can't be reached or read.</exception>
    ValueTask<byte[]?> ReadCheckpointAsync(CancellationToken cancellationToken);

    /// <summary>A tile's or a bundle's bytes as they are stored; null where it is not there. Where a partial one is gone, the full one MAY be given in its place.</summary>
    /// <exception cref="TileDamagedException">This one can't be made out.</exception>
    /// <exception cref="TileSourceException">The source can't be reached or read.</exception>
    ValueTask<byte[]?> ReadAsync(TileId id, CancellationToken cancellationToken);
}

/// <summary>A log can't be read where it should be; trying again later can help.</summary>
/// <param name="message">What, where, and why.</param>
/// <param name="cause">What was thrown.</param>
public class TileSourceException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The source answers, and one tile or bundle of it can't be made out: it was altered, or its disk is failing. The rest can be read.</summary>
/// <param name="message">What, where, and why.</param>
/// <param name="cause">What was thrown.</param>
public sealed class TileDamagedException(string message, Exception? cause = null) : TileSourceException(message, cause);
