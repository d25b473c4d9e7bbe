namespace Banyan.Engines.Objects;

/// <summary>
/// Whole objects by key, in a folder or at an S3 server. Keys are relative paths with slashes, of letters, digits, <c>.</c>,
/// <c>-</c> and <c>_</c>; no part of one begins with a dot. Thread-safe.
/// </summary>
public interface IObjectStore
{
    /// <summary>What people are told it is: a path or an address.</summary>
    string Name { get; }

    /// <summary>Puts an object, in place of the one there: readers see the old one or the new one, never half of it. Durable when it returns.</summary>
    /// <exception cref="ArgumentException">The key is none.</exception>
    /// <exception cref="ObjectStoreException">It could not be put.</exception>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, ObjectKind kind, CancellationToken cancellationToken);

    /// <summary>Puts many objects, each whole, in any order. Durable when it returns; where it throws, some MAY be there.</summary>
    /// <exception cref="ArgumentException">A key is none.</exception>
    /// <exception cref="ObjectStoreException">One could not be put.</exception>
    Task PutAllAsync(IReadOnlyList<NewObject> objects, CancellationToken cancellationToken);

    /// <summary>An object's bytes; null where there is none.</summary>
    /// <exception cref="ArgumentException">The key is none.</exception>
    /// <exception cref="ObjectStoreException">It could not be read.</exception>
    Task<byte[]?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes every object whose key begins with this, which MUST end in a slash; none is no error.</summary>
    /// <exception cref="ArgumentException">The prefix is none.</exception>
    /// <exception cref="ObjectStoreException">They could not be removed; some may be gone.</exception>
    Task DeleteAllAsync(string prefix, CancellationToken cancellationToken);
}

/// <summary>What an object is to those who read it over HTTP. Immutable.</summary>
/// <param name="ContentType">Its media type.</param>
/// <param name="ContentEncoding"><c>gzip</c>, or null.</param>
/// <param name="Immutable">Whether it never changes under its key, so that anybody may keep it for ever.</param>
public sealed record ObjectKind(string ContentType, string? ContentEncoding = null, bool Immutable = false);

/// <summary>An object to be put. Immutable.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="Kind">What it is to HTTP.</param>
public sealed record NewObject(string Key, ReadOnlyMemory<byte> Content, ObjectKind Kind);

/// <summary>An object store does not do what it is asked: it is away, full, or refuses. Trying again later can help.</summary>
/// <param name="message">What, where, and why.</param>
/// <param name="cause">What was thrown.</param>
public sealed class ObjectStoreException(string message, Exception? cause = null) : Exception(message, cause);
