using System.Text;
using Banyan.Engines.Objects;

namespace Banyan.Engines.Tests.Objects;

/// <summary>What every object store does.</summary>
public abstract class ObjectStoreCompliance
{
    private static readonly ObjectKind Kind = new("text/plain");

    private protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task Get_NothingThere_Null() => (await Store.GetAsync("log/none/checkpoint", CancellationToken.None)).ShouldBeNull();

    [Fact]
    public async Task Put_Twice_TheSecondStands()
    {
        await Store.PutAsync("a/twice", Bytes("one"), Kind, CancellationToken.None);
        await Store.PutAsync("a/twice", Bytes("two, longer"), Kind, CancellationToken.None);

        Text(await Store.GetAsync("a/twice", CancellationToken.None)).ShouldBe("two, longer");
    }

    [Fact]
    public async Task Put_Empty_IsThere()
    {
        await Store.PutAsync("a/empty", default, Kind, CancellationToken.None);
        (await Store.GetAsync("a/empty", CancellationToken.None)).ShouldBe([]);
    }

    [Fact]
    public async Task PutAll_Many_AreAllThere()
    {
        var objects = Enumerable.Range(0, 100).Select(i => new NewObject($"many/x{i / 10:000}/{i:000}", Bytes($"{i}"), Kind)).ToList();
        await Store.PutAllAsync(objects, CancellationToken.None);

        foreach (var one in objects)
            (await Store.GetAsync(one.Key, CancellationToken.None)).ShouldBe(one.Content.ToArray());
    }

    [Fact]
    public async Task DeleteAll_BelowAPrefix_LeavesTheOthers()
    {
        foreach (var key in new[] { "del/067.p/12", "del/067.p/13", "del/067", "del/067.px" })
            await Store.PutAsync(key, Bytes(key), Kind, CancellationToken.None);

        await Store.DeleteAllAsync("del/067.p/", CancellationToken.None);
        await Store.DeleteAllAsync("del/068.p/", CancellationToken.None);

        (await Store.GetAsync("del/067.p/12", CancellationToken.None)).ShouldBeNull();
        (await Store.GetAsync("del/067.p/13", CancellationToken.None)).ShouldBeNull();
        Text(await Store.GetAsync("del/067", CancellationToken.None)).ShouldBe("del/067");
        Text(await Store.GetAsync("del/067.px", CancellationToken.None)).ShouldBe("del/067.px");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("a/.b")]
    [InlineData("a b")]
    [InlineData("ä")]
    public async Task Put_KeyThatIsNone_Throws(string key) => await Should.ThrowAsync<ArgumentException>(() => Store.PutAsync(key, default, Kind, CancellationToken.None));

    [Fact]
    public async Task PutAndGet_AtOnce_NobodySeesHalf()
    {
        var (one, two) = (Bytes(new string('1', 100_000)), Bytes(new string('2', 100_000)));
        await Store.PutAsync("race/one", one, Kind, CancellationToken.None);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
                await Store.PutAsync("race/one", i % 2 == 0 ? two : one, Kind, CancellationToken.None);
        });
        while (!writing.IsCompleted)
        {
            var seen = Text(await Store.GetAsync("race/one", CancellationToken.None));
            (seen.Length == 100_000 && seen.Distinct().Count() == 1).ShouldBeTrue();
        }

        await writing;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[]? bytes) => Encoding.UTF8.GetString(bytes ?? throw new InvalidOperationException("There is no such object."));
}
