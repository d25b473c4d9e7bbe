using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Banyan.Services.Identity.Passwords;

/// <summary>What came of comparing a password.</summary>
internal enum PasswordMatch
{
    /// <summary>It is not the one; also where there is none to compare with.</summary>
    Wrong,

    /// <summary>It is.</summary>
    Right,

    /// <summary>It is, and its hash was made in a way that is no longer ours: hash it again.</summary>
    RightButOld,
}

/// <summary>
/// Hashes passwords, a bounded number at once, so that a flood of logins takes neither all memory nor all cores. Whoever
/// waits behind too many others is refused (<see cref="HashingBusyException"/>). Thread-safe.
/// </summary>
internal sealed partial class PasswordHasher : IDisposable
{
    private readonly PasswordAlgorithm _algorithm;
    private readonly SemaphoreSlim _slots;
    private readonly int _most;
    private readonly Lazy<string> _nobodys;
    private int _present;

    public PasswordHasher(IdentitySettings settings, ILogger<PasswordHasher> logger)
    {
        _algorithm = PasswordAlgorithm.Of(settings.PasswordMemory, settings.PasswordPasses);
        if (_algorithm is Pbkdf2Password)
            LogFallback(logger);
        _slots = new SemaphoreSlim(settings.PasswordConcurrency);
        _most = settings.PasswordConcurrency + settings.PasswordWaiting;
        _nobodys = new Lazy<string>(() => _algorithm.Hash(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));
    }

    /// <summary>How new hashes begin: algorithm and strength.</summary>
    public string Prefix => _algorithm.Prefix;

    /// <exception cref="HashingBusyException">Too many wait.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) => RunAsync(() => _algorithm.Hash(password), cancellationToken);

    /// <summary>Compares with a hash; with none (nobody has this address) it does the same work, and the answer is <see cref="PasswordMatch.Wrong"/>.</summary>
    /// <exception cref="HashingBusyException">Too many wait.</exception>
    public Task<PasswordMatch> CompareAsync(string password, string? hash, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            var right = PasswordAlgorithm.Verify(hash ?? _nobodys.Value, password) & hash is not null;
            return !right ? PasswordMatch.Wrong : hash!.StartsWith(_algorithm.Prefix, StringComparison.Ordinal) ? PasswordMatch.Right : PasswordMatch.RightButOld;
        },
        cancellationToken);

    public void Dispose() => _slots.Dispose();

    private async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _present) > _most)
        {
            Interlocked.Decrement(ref _present);
            throw new HashingBusyException();
        }

        try
        {
            await _slots.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, cancellationToken);
            }
            finally
            {
                _slots.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _present);
        }
    }

    [LoggerMessage(LogLevel.Warning, "libsodium.so.23 is not on this machine: passwords are hashed with PBKDF2-HMAC-SHA-512 instead of Argon2id. Install the package libsodium23; hashes are made anew as people log in.")]
    private static partial void LogFallback(ILogger logger);
}

/// <summary>As many logins wait for their password's hash as may; the same request can succeed in a moment.</summary>
internal sealed class HashingBusyException() : Exception("Too many logins wait for their password's hash.");
