using System.Buffers.Text;
using System.Security.Cryptography;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Personal;
using Banyan.Engines.Consensus;
using Banyan.Journal;
using Banyan.Services.Identity.Schema;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Identity.Tokens;

/// <summary>
/// The partition's signing keys (ES256). Each signs for <see cref="IdentitySettings.KeyRotation"/>; the next one is made and
/// published an hour before it begins to sign, so that every cell knows it by then, and one that signs no longer stays
/// published until the last token of it has expired. Private keys are sealed with the partition's key. Thread-safe.
/// </summary>
internal sealed partial class SigningKeys(
    IJournal journal, NpgsqlDataSource database, IKeyVault vault, IAccessPublisher publisher, IAccessDirectory directory, IdentitySettings settings, CellContext cell, TimeProvider time, ILogger<SigningKeys> logger)
    : BackgroundService
{
    private const string Purpose = "identity.signing-key";
    private const string Select = "SELECT id, x, y, secret, signs_from, not_after FROM identity.signing_keys WHERE not_after > $1 ORDER BY signs_from";
    private const string Insert = "INSERT INTO identity.signing_keys (id, x, y, secret, created_at, signs_from, not_after) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    private const string Delete = "DELETE FROM identity.signing_keys WHERE not_after <= $1";
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<OwnKey> _keys = [];

    /// <summary>The key that signs now; waits for the first one of a new partition.</summary>
    public async ValueTask<OwnKey> CurrentAsync(CancellationToken cancellationToken)
    {
        if (!_ready.Task.IsCompleted)
            await _ready.Task.WaitAsync(cancellationToken);
        var now = time.GetUtcNow();
        // The newest that may sign; where rotation failed, the one before signs on, until its tokens would outlive it.
        return _keys.LastOrDefault(k => k.SignsFrom <= now && k.NotAfter > now + settings.TokenLifetime)
            ?? throw new ConsensusUnavailableException("This partition has no signing key that every cell knows.");
    }

    public override void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await directory.Known.WaitAsync(stoppingToken);
        var pause = FirstPause;
        while (true)
        {
            TimeSpan next;
            try
            {
                next = await RotateAsync(stoppingToken);
                pause = FirstPause;
            }
            catch (Exception e) when (e is ConsensusUnavailableException or NpgsqlException or FencedException)
            {
                LogFailed(e, pause.TotalSeconds);
                next = pause;
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            await Task.Delay(next, time, stoppingToken);
        }
    }

    /// <summary>Does what is due; how long until something may be due again.</summary>
    private async Task<TimeSpan> RotateAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_keys.Count == 0)
            _keys = await LoadAsync(now, cancellationToken);
        foreach (var key in _keys)
        {
            if (directory.FindSigningKey(key.Id) is null)
                await publisher.PublishSigningKeyAsync(key.Public(cell.Partition), cancellationToken);
        }

        var last = _keys.Count > 0 ? _keys[^1] : null;
        if (last is null || now >= last.SignsFrom + settings.KeyRotation - Ahead)
        {
            // The first key signs at once, there is nothing to overlap with.
            var from = last is null || last.NotAfter <= now + settings.TokenLifetime ? now : Later(last.SignsFrom + settings.KeyRotation, now + (Ahead < settings.KeyRotation / 2 ? Ahead : settings.KeyRotation / 2));
            last = await MakeAsync(from, now, cancellationToken);
            _keys = [.. _keys.Where(k => k.NotAfter > now), last];
        }

        _ready.TrySetResult();
        var due = last.SignsFrom + settings.KeyRotation - Ahead - now;
        return due <= TimeSpan.Zero ? TimeSpan.FromMinutes(1) : due < LongestLook ? due : LongestLook;
    }

    private async Task<OwnKey> MakeAsync(DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        var key = new OwnKey(
            $"{cell.Partition}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9))}", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y), from,
            from + settings.KeyRotation * 2 + settings.TokenLifetime, pair);
        var plain = pair.ExportPkcs8PrivateKey();
        var sealedKey = await vault.ProtectForPartitionAsync(Purpose, plain, cancellationToken);
        CryptographicOperations.ZeroMemory(plain);

        // Kept first, published then, and only then it signs: a crash in between leaves a key that the next start publishes.
        await journal.CommitAsync(
            new Change
            {
                Answer = new StoredAnswer(201),
                Statements =
                [
                    Sql.Statement(Insert, Sql.Text(key.Id), Sql.Text(key.X), Sql.Text(key.Y), Sql.Bytes(sealedKey), Sql.Time(now), Sql.Time(from), Sql.Time(key.NotAfter)),
                    Sql.Statement(Delete, Sql.Time(now)),
                ],
                Events = [IdentityEvents.Of(IdentityTopics.Credentials, "signing-key.made", key.Id)],
            },
            cancellationToken);
        await publisher.PublishSigningKeyAsync(key.Public(cell.Partition), cancellationToken);
        LogMade(key.Id, from);
        return key;
    }

    private async Task<IReadOnlyList<OwnKey>> LoadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = new List<(string Id, string X, string Y, byte[] Secret, DateTimeOffset From, DateTimeOffset Until)>();
        await using (var command = Sql.Command(database, Select, Sql.Time(now)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        var keys = new List<OwnKey>();
        foreach (var row in rows)
        {
            var plain = await vault.RevealForPartitionAsync(Purpose, row.Secret, cancellationToken);
            var pair = ECDsa.Create();
            pair.ImportPkcs8PrivateKey(plain, out _);
            CryptographicOperations.ZeroMemory(plain);
            keys.Add(new OwnKey(row.Id, row.X, row.Y, row.From, row.Until, pair));
        }

        return keys;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    [LoggerMessage(LogLevel.Information, "Signing key {Key} was made and published; it signs from {From}.")]
    private partial void LogMade(string key, DateTimeOffset from);

    [LoggerMessage(LogLevel.Warning, "Signing keys could not be looked after; trying again in {PauseSeconds} s.")]
    private partial void LogFailed(Exception exception, double pauseSeconds);
}

/// <summary>A signing key with its private part. Thread-safe.</summary>
/// <param name="Id">Its <c>kid</c>.</param>
/// <param name="X">The point's x, base64url.</param>
/// <param name="Y">The point's y, base64url.</param>
/// <param name="SignsFrom">It signs nothing before.</param>
/// <param name="NotAfter">No token of it is good after.</param>
internal sealed record OwnKey(string Id, string X, string Y, DateTimeOffset SignsFrom, DateTimeOffset NotAfter, ECDsa Pair) : IDisposable
{
    private readonly Lock _lock = new();

    public SigningKey Public(string partition) => new(Id, partition, X, Y, NotAfter);

    /// <summary>The signature as JWS has it: r and s, 32 bytes each (RFC 7518, section 3.4).</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        lock (_lock)
            return Pair.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose() => Pair.Dispose();
}
