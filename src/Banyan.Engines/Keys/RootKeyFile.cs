using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Keys;

/// <summary>
/// Root keys in a file that only its owner may read: made by `up`, read at start, read again when a version is asked for that is not
/// known or <see cref="RefreshAsync"/> finds it changed. Thread-safe.
/// </summary>
public sealed class RootKeyFile : IRootKeys
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const int LongestFile = 1 << 20;

    private readonly Lock _lock = new();
    private readonly byte[] _fingerprintKey;
    private volatile Keys _keys;

    private RootKeyFile(string path, Loaded loaded)
    {
        Path = path;
        (_keys, _fingerprintKey) = (loaded.Keys, loaded.FingerprintKey);
    }

    /// <summary>Where it is, absolute.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public int CurrentVersion => _keys.Current;

    /// <summary>Every version that is kept, oldest first.</summary>
    public IReadOnlyList<int> Versions => [.. _keys.ByVersion.Keys.Order()];

    /// <summary>Reads the file.</summary>
    /// <exception cref="RootKeyException">It is not there, damaged, or somebody else may read it or put another in its place.</exception>
    public static RootKeyFile Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        return new RootKeyFile(full, Load(full));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var keys = _keys;
        return ValueTask.FromResult(KeyEnvelope.Seal(keys.ByVersion[keys.Current], keys.Current, key.Span, context.Span));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var version = KeyEnvelope.VersionOf(wrapped.Span);
        if (version == 0)
            throw new RootKeyException("A wrapped key is damaged: it is none.");
        if (!_keys.ByVersion.TryGetValue(version, out var root))
        {
            Reload(); // Another process may have made a version since.
            if (!_keys.ByVersion.TryGetValue(version, out root))
                throw new RootKeyException($"Root key {version} is not in {Path}, and a key is wrapped under it: put back the file that has it.");
        }

        return KeyEnvelope.TryOpen(root, wrapped.Span, context.Span, out var key)
            ? ValueTask.FromResult(key)
            : throw new RootKeyException($"A key that root key {version} should have wrapped can't be unwrapped by {Path}: it is another platform's file, or the wrapped key was changed.");
    }

    /// <inheritdoc/>
    public int VersionOf(ReadOnlySpan<byte> wrapped) => KeyEnvelope.VersionOf(wrapped);

    /// <inheritdoc/>
    public void Fingerprint(ReadOnlySpan<byte> message, Span<byte> fingerprint) => HMACSHA256.HashData(_fingerprintKey, message, fingerprint);

    /// <inheritdoc/>
    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        if (File.GetLastWriteTimeUtc(Path) != _keys.ModifiedAt)
            Reload();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override string ToString() => $"root keys of {Path}";

    private void Reload()
    {
        lock (_lock)
        {
            var loaded = Load(Path);
            if (!CryptographicOperations.FixedTimeEquals(loaded.FingerprintKey, _fingerprintKey))
                throw new RootKeyException($"{Path} was replaced by another platform's: put the right one back.");
            _keys = loaded.Keys;
        }
    }

    private static Loaded Load(string path)
    {
        try
        {
            CheckFolder(path);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var mode = File.GetUnixFileMode(file.SafeFileHandle);
            if ((mode & Others) != UnixFileMode.None)
                throw new RootKeyException($"{path} may be read or changed by others (mode {Octal(mode)}): make it its owner's alone (chmod 600 {path}), and if others had access to it, rotate (banyan keys rotate).");
            if (LinuxCalls.Identify(path) is { } identity && identity.Uid != 0 && identity.Uid != LinuxCalls.geteuid())
                throw new RootKeyException($"{path} belongs to another user: run as its owner, or take it over (chown).");
            if (file.Length > LongestFile)
                throw Damaged(path);
            var modified = File.GetLastWriteTimeUtc(file.SafeFileHandle);
            var document = JsonSerializer.Deserialize(file, RootKeyJson.Default.RootKeyDocument) ?? throw Damaged(path);
            if (document.Format != RootKeyDocument.CurrentFormat)
                throw new RootKeyException($"{path} has format {document.Format}, and this version of banyan knows {RootKeyDocument.CurrentFormat}: run a newer one.");
            var keys = document.Keys.ToFrozenDictionary(static k => k.Version, k => Key(k.Key, path));
            if (keys.Count == 0 || keys.Keys.Min() < 1)
                throw Damaged(path);
            return new Loaded(new Keys(keys, keys.Keys.Max(), modified), Key(document.FingerprintKey, path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RootKeyException($"The root key file {path} is missing: put its backup in its place. Without it nothing that was sealed can be read.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RootKeyException($"The root key file {path} can't be read ({error.Message.TrimEnd('.')}): run as its owner.", error);
        }
        catch (Exception error) when (error is JsonException or FormatException or ArgumentException)
        {
            throw Damaged(path); // Without the cause: its message may quote the file.
        }
    }

    /// <summary>Who may write to the folder may put a file of theirs in this one's place.</summary>
    private static void CheckFolder(string path)
    {
        var folder = System.IO.Path.GetDirectoryName(path)!;
        var mode = File.GetUnixFileMode(folder);
        if ((mode & OthersWrite) != UnixFileMode.None && !mode.HasFlag(UnixFileMode.StickyBit))
            throw new RootKeyException($"{folder} may be changed by others (mode {Octal(mode)}), who could replace the root keys in it: make it its owner's alone (chmod 700 {folder}).");
    }

    private static byte[] Key(string base64, string path) => Convert.FromBase64String(base64) is { Length: KeyEnvelope.KeyLength } key ? key : throw Damaged(path);

    private static RootKeyException Damaged(string path) => new($"The root key file {path} is damaged: put its backup in its place.");

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    private sealed record Keys(FrozenDictionary<int, byte[]> ByVersion, int Current, DateTime ModifiedAt)
    {
        public override string ToString() => $"root keys up to {Current}";
    }

    private sealed record Loaded(Keys Keys, byte[] FingerprintKey)
    {
        public override string ToString() => Keys.ToString();
    }
}
