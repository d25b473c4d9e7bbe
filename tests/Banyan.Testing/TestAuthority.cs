using System.Net;
using Banyan.Engines.Certificates;

namespace Banyan.Testing;

/// <summary>A platform's certificate authority in a folder of its own, and links of the platform's processes.</summary>
public sealed class TestAuthority : IDisposable
{
    /// <summary>A cell of the platform.</summary>
    public static readonly ProcessName Cell = new("test", "home", ProcessRole.Cell);

    /// <summary>A front door of the platform.</summary>
    public static readonly ProcessName Door = new("test", null, ProcessRole.FrontDoor);

    private readonly TimeProvider _time;
    private readonly CertificateAuthority _authority;
    private int _files;

    /// <param name="time">The clock by which it issues and looks; the system's where null.</param>
    public TestAuthority(TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _authority = CertificateAuthority.OpenOrCreate(Folder, "test", _time);
    }

    /// <summary>Its folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("banyan-authority-").FullName;

    /// <summary>Its certificate.</summary>
    public string RootFile => CertificateAuthority.RootFile(Folder);

    /// <summary>Issues a certificate to a process.</summary>
    /// <returns>The file.</returns>
    public string Issue(ProcessName name, string? file = null)
    {
        file ??= Path.Combine(Folder, $"{Interlocked.Increment(ref _files)}.pem");
        CertificateAuthority.Write(file, _authority.Issue(name, [IPAddress.Loopback]));
        return file;
    }

    /// <summary>Issues a certificate to a server for the world.</summary>
    /// <returns>The file.</returns>
    public string IssuePublic(string? file = null)
    {
        file ??= Path.Combine(Folder, $"{Interlocked.Increment(ref _files)}.pem");
        CertificateAuthority.Write(file, _authority.IssuePublic(["localhost", "127.0.0.1", "::1", "kai.example"]));
        return file;
    }

    /// <summary>A process' links.</summary>
    /// <param name="me">Who it is.</param>
    /// <param name="known">Who listens at which port of the loopback.</param>
    public Links LinksOf(ProcessName me, params IEnumerable<(int Port, ProcessName Who)> known) => LinksOf(Issue(me), known);

    /// <summary>Links by a certificate's file.</summary>
    public Links LinksOf(string file, params IEnumerable<(int Port, ProcessName Who)> known) =>
        new(RootFile, file, known.Select(static k => KeyValuePair.Create(new IPEndPoint(IPAddress.Loopback, k.Port), k.Who)), _time);

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
