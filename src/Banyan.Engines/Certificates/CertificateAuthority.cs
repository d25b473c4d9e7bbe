using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Certificates;

/// <summary>
/// A platform's own certificate authority: an ECDSA P-256 key and a root certificate in a folder, and the short-lived
/// certificates that it issues there. One process has it at a time. Thread-safe once opened.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>How long the root certificate holds.</summary>
    public static readonly TimeSpan RootLife = TimeSpan.FromDays(3650);

    /// <summary>How long a certificate holds that it issues.</summary>
    public static readonly TimeSpan LeafLife = TimeSpan.FromHours(24);

    /// <summary>How far behind ours a clock may be that judges a new certificate.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _root;
    private readonly string _platform;
    private readonly TimeProvider _time;

    private CertificateAuthority(X509Certificate2 root, string platform, TimeProvider time) => (_root, _platform, _time) = (root, platform, time);

    /// <summary>The root certificate's file in a folder: what others trust. It holds no key.</summary>
    public static string RootFile(string folder) => Path.Combine(folder, "root.pem");

    /// <summary>The root key's file in a folder; mode 0600.</summary>
    public static string KeyFile(string folder) => Path.Combine(folder, "root.key");

    /// <summary>Opens the authority of a folder, and makes it on first use.</summary>
    /// <param name="folder">Its folder; made where it is missing.</param>
    /// <param name="platform">The platform's name.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="CertificatesException">The key can be read by others, is missing beside its certificate, is not its key, or the root is over.</exception>
    public static CertificateAuthority OpenOrCreate(string folder, string platform, TimeProvider time)
    {
        var (keyFile, rootFile) = (KeyFile(folder), RootFile(folder));
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(rootFile))
                Create(keyFile, rootFile, platform, time);
            else if (!File.Exists(keyFile))
                throw new CertificatesException($"{keyFile} is missing, though {rootFile} is there: restore it from a backup, or remove the folder so that a new authority is made (clients must trust it anew)");

            var root = X509Certificate2.CreateFromPem(File.ReadAllText(rootFile), PrivateFile.Read(keyFile));
            if ((time.GetUtcNow() + LeafLife).UtcDateTime > root.NotAfter.ToUniversalTime())
                throw new CertificatesException(string.Create(CultureInfo.InvariantCulture, $"{rootFile} ends at {root.NotAfter.ToUniversalTime():u}: remove the folder so that a new authority is made (clients must trust it anew)"));
            return new CertificateAuthority(root, platform, time);
        }
        catch (Exception unusable) when (unusable is CryptographicException or ArgumentException)
        {
            throw new CertificatesException($"{keyFile} and {rootFile} are damaged or don't belong together: restore both from a backup", unusable);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new CertificatesException($"can't use {folder} for certificates: {unusable.Message.TrimEnd('.')}", unusable);
        }
    }

    /// <summary>Issues the certificate by which the platform's processes know one of them, as client and as server.</summary>
    /// <param name="name">Who it is.</param>
    /// <param name="addresses">Where it listens; for programs that look at nothing else.</param>
    /// <param name="loginAs">The one role of PostgreSQL that its bearer may log in as: the certificate's common name. Null: what its kind of process logs in as, if any.</param>
    /// <returns>PEM: the certificate, then its private key.</returns>
    public string Issue(ProcessName name, IReadOnlyCollection<IPAddress> addresses, string? loginAs = null)
    {
        if (!name.IsValid)
            throw new ArgumentException($"'{name}' names no process: names are lower-case letters, digits and hyphens, and a region belongs to cells and keepers.", nameof(name));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(name.ToString()));
        foreach (var address in addresses)
            names.AddIpAddress(address);
        if (name.Role == ProcessRole.Database)
            names.AddDnsName(name.HostName);
        var what = name.Region is null ? $"{_platform} {name.Role}" : $"{_platform} {name.Role} {name.Region}";
        // A common name of ours always holds a space, so none is ever taken for a role's.
        return Issue((loginAs ?? PostgresRoles.Of(name.Role)) is { } role ? Subject(role, what) : Subject(what), names, [ServerAuthentication, ClientAuthentication]);
    }

    /// <summary>Issues a certificate for a server that the world connects to. It names no process: the platform's own refuse it.</summary>
    /// <param name="hosts">Names and addresses; at least one.</param>
    /// <returns>PEM: the certificate, then its private key.</returns>
    public string IssuePublic(IReadOnlyCollection<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
                names.AddIpAddress(address);
            else
                names.AddDnsName(host);
        }

        return Issue(Subject($"{_platform} front door"), names, [ServerAuthentication]);
    }

    /// <summary>Puts what was issued into a file of mode 0600; who reads it sees the old one or the new one, whole.</summary>
    public static void Write(string file, string pem) => PrivateFile.Write(file, pem, durable: false);

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private string Issue(X500DistinguishedName subject, SubjectAlternativeNameBuilder names, string[] uses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. uses.Select(static u => new Oid(u))], critical: false));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = _time.GetUtcNow();
        var (begins, rootBegins) = (now - Skew, new DateTimeOffset(_root.NotBefore));
        using var certificate = request.Create(_root, begins < rootBegins ? rootBegins : begins, now + LeafLife, Serial());
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    private static void Create(string keyFile, string rootFile, string platform, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Two platforms of one name are told apart in a list of authorities.
        var request = new CertificateRequest(Subject($"{platform} platform {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        using var root = request.CreateSelfSigned(now - Skew, now + RootLife);
        // The certificate last: with it there, the authority is whole.
        PrivateFile.Write(keyFile, key.ExportPkcs8PrivateKeyPem() + "\n", durable: true);
        PrivateFile.Write(rootFile, root.ExportCertificatePem() + "\n", durable: true, UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }

    private static X500DistinguishedName Subject(string name, string? unit = null)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("Banyan");
        if (unit is not null)
            subject.AddOrganizationalUnitName(Fitting(unit));
        subject.AddCommonName(Fitting(name));
        return subject.Build();

        static string Fitting(string text) => text.Length <= 64 ? text : text[..64]; // ub-common-name, ub-organizational-unit-name: RFC 5280 appendix A.1
    }

    /// <summary>RFC 5280 section 4.1.2.2: positive, at most 20 octets, not to be guessed.</summary>
    private static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7f) | 0x40);
        return serial;
    }
}
