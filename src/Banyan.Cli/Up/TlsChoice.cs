using Banyan.Control.Platform;
using Banyan.Engines.Certificates;

namespace Banyan.Cli.Up;

/// <summary>How the connections of a run are secured.</summary>
internal static class TlsChoice
{
    /// <summary>Decides, and makes sure that files which were named can be used. Files are remembered from run to run; that it was off is not.</summary>
    /// <returns>Null where connections are plain.</returns>
    /// <exception cref="CommandFailure">Files can't be used, or were named where TLS is off.</exception>
    public static TlsState? Make(UpOptions options, PlatformState? previous)
    {
        var named = options.TlsCertificate is not null || options.TlsKey is not null;
        if (options.Tls == false)
            return named ? throw new CommandFailure("--tls-certificate and --tls-key are of no use with --tls off") : null;
        var tls = options.TlsCertificate is { } certificate
            ? new TlsState(Path.GetFullPath(certificate), options.TlsKey is { } key ? Path.GetFullPath(key) : null)
            : options.TlsKey is not null ? throw new CommandFailure("--tls-key is the key of a certificate: name that too, with --tls-certificate")
            : previous?.Tls ?? new TlsState();
        if (tls.Certificate is not null)
            Check(tls.Certificate, tls.Key ?? tls.Certificate);
        return tls;
    }

    /// <summary>Members of etcd know each other by addresses that say whether they speak TLS: as it was when they met.</summary>
    /// <exception cref="CommandFailure">They do, and TLS is off.</exception>
    public static ConsensusState? Peers(PlatformState platform, PlatformState? previous)
    {
        if (platform.Consensus is not { Kind: ConsensusState.Etcd } etcd)
            return platform.Consensus;
        var secure = previous?.Consensus is { } before ? before.SecurePeers : platform.Tls is not null;
        return secure && platform.Tls is null
            ? throw new CommandFailure("the members of etcd in this folder speak TLS with each other, and can't be told otherwise: leave --tls off out, or name another folder with --data")
            : etcd with { SecurePeers = secure };
    }

    private static void Check(string certificate, string key)
    {
        try
        {
            new CurrentCertificate(certificate, key, TimeProvider.System).Dispose();
        }
        catch (CertificatesException unusable)
        {
            throw new CommandFailure(unusable.Message);
        }
    }
}
