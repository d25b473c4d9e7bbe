using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Platform;

public sealed class PlatformFolderTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"banyan-folder-{Guid.NewGuid():N}");

    [Fact]
    public void Open_FirstUse_MakesTheLayoutAndHoldsTheLock()
    {
        using var folder = Open();
        folder.Previous.ShouldBeNull();
        Directory.Exists(folder.Data.Logs).ShouldBeTrue();
        PlatformLock.ReadHolder(folder.Data)!.Pid.ShouldBe(Environment.ProcessId);
    }

    [Fact]
    public void Open_AfterWrite_RemembersTheState()
    {
        var state = TestPlatform.State();
        using (var first = Open())
            first.Write(state, "platform: kai\n");
        using var second = Open();
        second.Previous.ShouldNotBeNull().InstanceId.ShouldBe(state.InstanceId);
        second.Previous.FindPartition("east")!.Databases[1].Port.ShouldBe(state.FindPartition("east")!.Databases[1].Port);
        File.ReadAllText(second.Data.BlueprintFile).ShouldBe("platform: kai\n");
    }

    [Fact]
    public void Open_Locked_NamesTheHolderAndTheRemedy()
    {
        using var first = Open();
        Message(() => Open()).ShouldBe($"{_root} is in use by a live platform (pid {Environment.ProcessId}): stop it with `banyan down --data {_root}`, or name another folder with --data");
    }

    [Fact]
    public void Open_AfterDispose_IsFreeAndHasNoHolder()
    {
        Open().Dispose();
        PlatformLock.ReadHolder(new DataFolder(_root)).ShouldBeNull();
        Open().Dispose();
    }

    [Fact]
    public void Open_LittleSpace_SaysHowMuchIsThereAndNeeded() =>
        Message(() => PlatformFolder.Open(new DataFolder(_root), _ => 120_000_000)).ShouldBe($"{_root} has 120 MB of disk space left, and a platform needs at least 1074 MB: make room, or name another folder with --data");

    [Fact]
    public void Open_ForeignFolder_IsRefusedAndUntouched()
    {
        Directory.CreateDirectory(_root);
        File.WriteAllText(Path.Combine(_root, "thesis.tex"), "years of work");
        Message(() => Open()).ShouldBe($"{_root} holds 'thesis.tex', which is not a platform's: name a new or empty folder with --data");
        Directory.GetFileSystemEntries(_root).ShouldHaveSingleItem();
    }

    [Fact]
    public void Open_DatabasesWithoutState_IsRefused()
    {
        Directory.CreateDirectory(Path.Combine(_root, "databases", "east@east"));
        Message(() => Open()).ShouldContain("its platform.json is missing");
    }

    [Fact]
    public void Open_AFile_IsRefused()
    {
        File.WriteAllText(_root, "");
        Message(() => Open()).ShouldBe($"{_root} is a file, not a folder: name another with --data");
    }

    [Fact]
    public void Open_OtherFormat_SaysWhichAndTouchesNothing()
    {
        using (var first = Open())
            first.Write(TestPlatform.State() with { Format = 7 }, "");
        Message(() => Open()).ShouldBe($"{_root} has data format 7, this banyan reads format 1: use the banyan that made it, or another folder with --data");
        PlatformLock.ReadHolder(new DataFolder(_root)).ShouldBeNull();
    }

    [Fact]
    public void Open_DamagedState_SaysSo()
    {
        using (var first = Open())
            File.WriteAllText(first.Data.StateFile, "{\"format\": 1, \"plat");
        Message(() => Open()).ShouldContain("platform.json is damaged");
    }

    [Fact]
    public void Open_NotAFolderOnTheWay_SaysSo()
    {
        File.WriteAllText(_root, "");
        Message(() => PlatformFolder.Open(new DataFolder(Path.Combine(_root, "below")), _ => long.MaxValue)).ShouldStartWith($"can't use {_root}/below: ");
    }

    public void Dispose()
    {
        if (Directory.Exists(_root))
            Directory.Delete(_root, recursive: true);
        File.Delete(_root);
    }

    private PlatformFolder Open() => PlatformFolder.Open(new DataFolder(_root), PlatformFolder.FreeBytes);

    private static string Message(Action act) => Should.Throw<PlatformException>(act).Message;
}
