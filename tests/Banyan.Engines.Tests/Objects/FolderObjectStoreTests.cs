using Banyan.Engines.Objects;

namespace Banyan.Engines.Tests.Objects;

public sealed class FolderObjectStoreTests : ObjectStoreCompliance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-objects-").FullName;

    private protected override IObjectStore Store => field ??= new FolderObjectStore(Path.Combine(_folder, "objects"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Put_InPlaceOfTheFolderLiesAFile_SaysWhere()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "taken"), "");
        var store = new FolderObjectStore(Path.Combine(_folder, "taken"));

        var error = await Should.ThrowAsync<ObjectStoreException>(() => store.PutAsync("a/b", default, new ObjectKind("text/plain"), CancellationToken.None));

        error.Message.ShouldStartWith($"{Path.Combine(_folder, "taken")}: can't write a/b: ");
    }

    [Fact]
    public async Task Put_AnObject_LeavesNoDraft()
    {
        await Store.PutAsync("a/b", new byte[10], new ObjectKind("text/plain"), CancellationToken.None);
        Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).ShouldBe([Path.Combine(_folder, "objects", "a", "b")]);
    }
}
