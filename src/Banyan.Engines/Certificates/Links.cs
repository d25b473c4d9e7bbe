using System.Collections.Frozen;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Banyan.Engines.Certificates;

/// <summary>
/// How a process of a platform connects to the others, and they to it: TLS 1.3, both sides with a certificate of the platform's
/// authority that names who they are, and only where <see cref="LinkPolicy"/> allows it. Thread-safe.
/// </summary>
public sealed class Links : IDisposable
{
    /// <summary>How long a handshake may take that somebody else began.</summary>
    public static readonly TimeSpan HandshakePatience = TimeSpan.FromSeconds(5);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly CurrentCertificate _mine;
    private readonly X509Certificate2Collection _roots = [];
    private readonly FrozenDictionary<string, ProcessName> _known;
    private readonly Action<string>? _report;

    /// <summary>Reads a process' certificate, and follows its renewals.</summary>
    /// <param name="rootFile">PEM: the certificates of authorities that are trusted; the platform's.</param>
    /// <param name="file">PEM: the process' certificate and key.</param>
    /// <param name="known">Who listens where.</param>
    /// <param name="time">The clock.</param>
    /// <param name="report">Told in one line of renewals, and of peers that were refused.</param>
    /// <exception cref="CertificatesException">The files can't be used, or the certificate names no process.</exception>
    public Links(string rootFile, string file, IEnumerable<KeyValuePair<IPEndPoint, ProcessName>> known, TimeProvider time, Action<string>? report = null)
    {
        _report = report;
        RootFile = rootFile;
        try
        {
            _roots.ImportFromPemFile(rootFile);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new CertificatesException($"can't read {rootFile}: {unusable.Message.TrimEnd('.')}", unusable);
        }

        _known = known.DistinctBy(static k => k.Key).ToFrozenDictionary(static k => k.Key.ToString(), static k => k.Value);
        _mine = new CurrentCertificate(file, file, time, report);
        if (ProcessName.Of(_mine.Certificate) is { } me)
        {
            Me = me;
            return;
        }

        _mine.Dispose();
        throw new CertificatesException($"the certificate in {file} names no process of a platform: remove it, and `banyan up` makes another");
    }

    /// <summary>Who this process is.</summary>
    public ProcessName Me { get; }

    /// <summary>PEM: the certificates of authorities that are trusted.</summary>
    public string RootFile { get; }

    /// <summary>Who listens at an address; null where it is none of the platform's processes.</summary>
    public ProcessName? Who(IPEndPoint address) => _known.GetValueOrDefault(address.ToString());

    /// <summary>Looks now whether the certificate was renewed, rather than within <see cref="CurrentCertificate.Interval"/>.</summary>
    public bool Look() => _mine.Look();

    /// <summary>What a server of this process asks of who connects. Of one handshake: the next takes the certificate that is current then.</summary>
    public SslServerAuthenticationOptions ForServer() => new()
    {
        ServerCertificateContext = _mine.Context,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false, // connections are kept: handshakes are rare, and each judges the certificate of then
        CertificateChainPolicy = Trust(ClientAuthentication),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) => Accepts(certificate, errors, client => LinkPolicy.MayConnect(client, Me)),
    };

    /// <summary>Makes a connection that was opened to another process secure.</summary>
    /// <param name="connection">To it; disposed with what is returned, and where the handshake fails.</param>
    /// <param name="server">Who must be there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AuthenticationException">Somebody else is there, or a peer of another authority.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<SslStream> SecureAsync(Stream connection, ProcessName server, CancellationToken cancellationToken)
    {
        var secure = new SslStream(connection, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "", // no name of a host says who it is
                    ClientCertificateContext = _mine.Context,
                    EnabledSslProtocols = SslProtocols.Tls13,
                    AllowTlsResume = false,
                    CertificateChainPolicy = Trust(ServerAuthentication),
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) => Accepts(certificate, errors, peer => peer == server),
                },
                cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Fills in the handshake of a driver with a private database: TLS 1.3, this process' certificate, and a server that the platform's
    /// authority named so. The driver MUST verify all of it (<c>VerifyFull</c>).
    /// </summary>
    /// <param name="handshake">The driver's own.</param>
    /// <param name="server">Who must be there.</param>
    public void ForDatabase(SslClientAuthenticationOptions handshake, ProcessName server)
    {
        ArgumentNullException.ThrowIfNull(handshake);
        handshake.TargetHost = server.HostName;
        handshake.ClientCertificates = null;
        handshake.ClientCertificateContext = _mine.Context;
        handshake.EnabledSslProtocols = SslProtocols.Tls13;
        handshake.AllowTlsResume = false;
        handshake.CertificateChainPolicy = Trust(ServerAuthentication);
    }

    /// <inheritdoc/>
    public void Dispose() => _mine.Dispose();

    private bool Accepts(X509Certificate? certificate, SslPolicyErrors errors, Func<ProcessName, bool> isMeant)
    {
        if (certificate is null)
            return Refuse("it showed no certificate");
        if ((errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != SslPolicyErrors.None)
            return Refuse("its certificate is not one of this platform's authority, or its time is over");
        if (ProcessName.Of(certificate) is not { } peer)
            return Refuse("its certificate names no process");
        return isMeant(peer) || Refuse($"it is {peer}");

        bool Refuse(string why)
        {
            _report?.Invoke($"{Me} refused a peer: {why}");
            return false;
        }
    }

    private X509ChainPolicy Trust(string use)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(_roots);
        policy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(use));
        return policy;
    }
}
