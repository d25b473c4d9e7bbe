using Banyan.Cells.Personal;
using Banyan.Engines.Keys;

namespace Banyan.Cells.Tests.Personal;

/// <summary>Root keys in a file of a test's own, gone when disposed.</summary>
internal sealed class TestKeys : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-keys-").FullName;

    public TestKeys() => RootKeyFiles.Ensure(File, TimeProvider.System);

    public string File => Path.Combine(_folder, "root.keys");

    public KeyOptions Options => new() { Root = RootKeyFile.Open(File) };

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
