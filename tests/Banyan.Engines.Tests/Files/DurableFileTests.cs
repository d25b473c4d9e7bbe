using Banyan.Engines.Files;

namespace Banyan.Engines.Tests.Files;

public sealed class DurableFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-durable-").FullName;

    [Fact]
    public void Replace_NewOldAndLeftOver_TheLastIsThereAlone()
    {
        var file = Path.Combine(_folder, "a", "b");
        DurableFile.Replace(file, "one"u8, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file + ".next", "half of one that di");
        DurableFile.Replace(file, "two"u8, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        File.ReadAllText(file).ShouldBe("two");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Path.GetDirectoryName(file)!).ShouldHaveSingleItem();
    }

    [Fact]
    public void Replace_AFolderIsThere_Throws()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a"));
        Should.Throw<IOException>(() => DurableFile.Replace(Path.Combine(_folder, "a"), "one"u8));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
