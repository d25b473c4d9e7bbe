namespace Banyan.Engines.Postgres;

/// <summary>The copies of certificates that a server reads: beside its folder, so that no backup of that holds a key.</summary>
public sealed partial class PostgresInstance
{
    /// <summary>
    /// Gives the server the certificates of now, where those that it has are others, and has it read them again: connections that are made
    /// from then on use them, those that are open go on.
    /// </summary>
    /// <returns>Whether there were others; what went wrong, where it could not be done.</returns>
    public (bool Renewed, PostgresError? Error) RenewCertificates(RunningPostgres? server)
    {
        try
        {
            if (!WriteCertificates())
                return (false, null);
            server?.Process.Signal(ProcessHandle.SigHup);
            return (true, null);
        }
        catch (Exception e) when (Errors.From(e, TlsFolder, _account) is not null)
        {
            return (false, Errors.From(e, TlsFolder, _account));
        }
    }

    private string TlsFolder => PostgresConfiguration.TlsFolder(Folder);

    /// <returns>Whether anything was written.</returns>
    private bool WriteCertificates()
    {
        if (Settings.Tls is not { } tls)
            return false;
        if (!Directory.Exists(TlsFolder))
            DataFolder.Make(TlsFolder, _account);
        TakeBackRewindCertificate(); // where a keeper died at a rewind
        // Each is one file, so that a reader never sees the certificate of one and the key of the other.
        var root = Copy(tls.RootFile, PostgresConfiguration.RootFile);
        return Copy(tls.ServerFile, PostgresConfiguration.ServerFile) || root;
    }

    private bool Copy(string from, string name)
    {
        var text = File.ReadAllText(from);
        var to = Path.Combine(TlsFolder, name);
        if (File.Exists(to) && File.ReadAllText(to) == text)
            return false;
        DataFolder.Write(TlsFolder, name, text, _account);
        return true;
    }

    /// <summary>Lends the keeper's own right to log in for as long as a rewind takes.</summary>
    private void LendRewindCertificate()
    {
        WriteCertificates();
        if (Settings.Tls is { } tls)
            Copy(tls.RewindFile, PostgresConfiguration.RewindFile);
    }

    private void TakeBackRewindCertificate()
    {
        if (Settings.Tls is not null)
            File.Delete(Path.Combine(TlsFolder, PostgresConfiguration.RewindFile));
    }
}
