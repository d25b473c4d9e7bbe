using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Banyan.Engines.Certificates;

/// <summary>
/// A certificate with its key that is read again when its files change, so that who renews it need not tell anybody. Readers take
/// <see cref="Context"/> once a handshake and never wait; connections that were made with an earlier one go on. A first look that
/// fails throws, a later one keeps what there was. Thread-safe.
/// </summary>
public sealed class CurrentCertificate : IDisposable
{
    /// <summary>How often the files are looked at.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly Action<string>? _report;
    private readonly Lock _looking = new();
    private readonly ITimer _timer;
    private Loaded _loaded;
    private string? _problem;

    /// <summary>Reads the files, and goes on looking at them.</summary>
    /// <param name="certificateFile">PEM: the certificate, then those that issued it, if the root did not itself.</param>
    /// <param name="keyFile">PEM: its private key, readable by its owner alone; may be the same file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Told in one line of what was taken over, and why something was not; called outside locks that others wait for.</param>
    /// <exception cref="CertificatesException">They can't be used.</exception>
    public CurrentCertificate(string certificateFile, string keyFile, TimeProvider time, Action<string>? report = null)
    {
        (_certificateFile, _keyFile, _report) = (certificateFile, keyFile, report);
        _loaded = Read(null)!;
        _timer = time.CreateTimer(static s => ((CurrentCertificate)s!).Look(), this, Interval, Interval);
    }

    /// <summary>The certificate of now, as handshakes want it.</summary>
    public SslStreamCertificateContext Context => Volatile.Read(ref _loaded).Context;

    /// <summary>The certificate of now.</summary>
    public X509Certificate2 Certificate => Context.TargetCertificate;

    /// <summary>Why the last look did not take over what is in the files; null where it did, or nothing had changed.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Looks at the files now.</summary>
    /// <returns>Whether another certificate was taken over.</returns>
    public bool Look()
    {
        string said;
        lock (_looking)
        {
            try
            {
                if (Read(_loaded) is not { } other)
                {
                    Volatile.Write(ref _problem, null);
                    return false;
                }

                Volatile.Write(ref _loaded, other); // what it replaces is left to the collector: a handshake may be at it
                Volatile.Write(ref _problem, null);
                said = $"the certificate of {_certificateFile} was renewed; it holds until {other.Context.TargetCertificate.NotAfter.ToUniversalTime():u}";
            }
            catch (CertificatesException unusable)
            {
                var known = _problem == unusable.Message;
                Volatile.Write(ref _problem, unusable.Message);
                if (known)
                    return false;
                said = $"the certificate of {_certificateFile} is kept as it was: {unusable.Message}";
            }
        }

        _report?.Invoke(said);
        return Problem is null;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <returns>What is in the files; null where that is known.</returns>
    private Loaded? Read(Loaded? known)
    {
        try
        {
            var key = PrivateFile.Read(_keyFile);
            var text = _keyFile == _certificateFile ? key : File.ReadAllText(_certificateFile);
            if (known is not null && text == known.Text && key == known.Key)
                return null;
            var certificate = X509Certificate2.CreateFromPem(text, key);
            var issuers = new X509Certificate2Collection();
            issuers.ImportFromPem(text);
            issuers.RemoveAt(0); // itself
            return new Loaded(SslStreamCertificateContext.Create(certificate, issuers, offline: true), text, key);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new CertificatesException($"{_certificateFile} holds no certificate in PEM, or {_keyFile} is not its key: {unusable.Message.TrimEnd('.')}", unusable);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new CertificatesException($"can't read {_certificateFile}: {unusable.Message.TrimEnd('.')}", unusable);
        }
    }

    private sealed record Loaded(SslStreamCertificateContext Context, string Text, string Key)
    {
        public override string ToString() => Context.TargetCertificate.Subject; // never the key
    }
}
