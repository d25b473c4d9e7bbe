using System.Net;
using Banyan.Engines.Certificates;

namespace Banyan.Bench.EntryHop;

/// <summary>Certificates for an entry and a cell in two processes, in a folder of the bench's.</summary>
internal static class BenchLinks
{
    private static readonly ProcessName Cell = new("bench", "home", ProcessRole.Cell);
    private static readonly ProcessName Door = new("bench", null, ProcessRole.FrontDoor);

    public static void Make(string folder)
    {
        using var authority = CertificateAuthority.OpenOrCreate(folder, "bench", TimeProvider.System);
        CertificateAuthority.Write(FileOf(folder, Cell), authority.Issue(Cell, [IPAddress.Loopback]));
        CertificateAuthority.Write(FileOf(folder, Door), authority.Issue(Door, [IPAddress.Loopback]));
    }

    public static Links OfCell(string folder) => new(CertificateAuthority.RootFile(folder), FileOf(folder, Cell), [], TimeProvider.System);

    public static Links OfDoor(string folder, int cell) =>
        new(CertificateAuthority.RootFile(folder), FileOf(folder, Door), [new(new IPEndPoint(IPAddress.Loopback, cell), Cell)], TimeProvider.System);

    private static string FileOf(string folder, ProcessName name) => Path.Combine(folder, $"{name.Role}.pem");
}
