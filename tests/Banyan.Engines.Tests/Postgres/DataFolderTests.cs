using System.Diagnostics;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

/// <summary>What Banyan does not own or can't run is told and left as it is.</summary>
public sealed class DataFolderTests(Instances instances) : IClassFixture<Instances>
{
    [Fact]
    public void ReadFolder_NothingOrEmpty_IsMissing()
    {
        var instance = instances.Describe(instances.Name());
        instance.ReadFolder().Kind.ShouldBe(DataFolderKind.Missing);
        Directory.CreateDirectory(instance.Folder);
        instance.ReadFolder().Kind.ShouldBe(DataFolderKind.Missing);
    }

    [Fact]
    public async Task MakeFromTemplateAsync_EmptyFolderInThePlace_IsTaken()
    {
        var instance = instances.Describe(instances.Name());
        Directory.CreateDirectory(instance.Folder);
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        instance.ReadFolder().ShouldBe(new DataFolderFacts(DataFolderKind.Ready));
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("someone's papers")]
    [InlineData("someone's PostgreSQL")]
    [InlineData("another partition's")]
    [InlineData("another platform's")]
    public async Task Folder_NotOurs_IsLeftUntouched(string what)
    {
        var instance = instances.Describe(instances.Name());
        switch (what)
        {
            case "a file":
                Directory.CreateDirectory(Path.GetDirectoryName(instance.Folder)!);
                File.WriteAllText(instance.Folder, "precious");
                break;
            case "someone's papers":
                Directory.CreateDirectory(instance.Folder);
                File.WriteAllText(Path.Combine(instance.Folder, "thesis.txt"), "precious");
                break;
            default:
                (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
                var mark = Path.Combine(instance.Folder, DataFolderMark.FileName);
                if (what == "someone's PostgreSQL")
                    File.Delete(mark);
                else
                    File.WriteAllText(mark, (what == "another partition's" ? new DataFolderMark(instances.InstanceId, "other", "here") : new DataFolderMark("other", instance.Settings.Name.Split('@')[0], "here")).ToJson());
                break;
        }

        var before = Listing(instance.Folder);
        instance.ReadFolder().Error.ShouldFail(PostgresFailure.ForeignFolder).Message.ShouldContain("left untouched");
        (await instance.StartAsync()).ShouldFail(PostgresFailure.ForeignFolder);
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldFail(PostgresFailure.ForeignFolder);
        Listing(instance.Folder).ShouldBe(before);
    }

    [Fact]
    public async Task StartAsync_FolderOfAnotherVersion_SaysWhatToInstall()
    {
        var instance = instances.Describe(instances.Name());
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        File.WriteAllText(Path.Combine(instance.Folder, "PG_VERSION"), "13\n");
        (await instance.StartAsync()).ShouldFail(PostgresFailure.OtherVersion).Message.ShouldContain("postgresql-13");
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldFail(PostgresFailure.OtherVersion);
    }

    [Fact]
    public async Task StartAsync_PrimaryWhereAStandbyBelongs_IsRefused()
    {
        var name = instances.Name();
        var primary = instances.Describe(name);
        (await primary.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        var standby = instances.Describe(name, standbyOf: new StandbySource("127.0.0.1", 1, "slot"));
        (await standby.StartAsync()).ShouldFail(PostgresFailure.OtherRole).Message.ShouldContain("holds a primary");
        (await standby.MakeFromPrimaryAsync()).ShouldFail(PostgresFailure.OtherRole).Message.ShouldContain("never replaced");
    }

    [Fact]
    public async Task MakeFromTemplateAsync_PrimaryThatVanished_IsNotMadeAnewInSilence()
    {
        var instance = instances.Describe(instances.Name());
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        Directory.Delete(instance.Folder, recursive: true);
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldFail(PostgresFailure.Lost).Message.ShouldContain(".made");
        File.Delete(instance.Folder + ".made");
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
    }

    [Fact]
    public async Task MakeFromTemplateAsync_InterruptedBefore_BeginsAnew()
    {
        var instance = instances.Describe(instances.Name());
        Directory.CreateDirectory(instance.Folder + ".new");
        File.WriteAllText(Path.Combine(instance.Folder + ".new", "half"), "");
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        Directory.Exists(instance.Folder + ".new").ShouldBeFalse();
        File.Exists(Path.Combine(instance.Folder, "half")).ShouldBeFalse();
    }

    [Fact]
    public async Task MakeAndStart_PathThatTheServersUserCannotEnter_SaysWhichFolder()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs servers as someone else.");
        var closed = Path.Combine(instances.Root, instances.Name());
        Directory.CreateDirectory(closed);
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var instance = instances.Describe(instances.Name(), folder: Path.Combine(closed, "databases", "x"));
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldFail(PostgresFailure.NoPermission).Message.ShouldContain($"may not enter or write {closed}:");
        File.SetUnixFileMode(closed, (UnixFileMode)0b111_101_101);
        (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await instance.StartAsync()).ShouldFail(PostgresFailure.NoPermission);
    }

    [Fact]
    public async Task MakeFromTemplateAsync_FullDisk_IsToldAndLeavesNothing()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can mount a small disk.");
        var disk = Directory.CreateDirectory(Path.Combine(instances.Root, instances.Name())).FullName;
        Run("mount", "-t", "tmpfs", "-o", "size=40m,mode=755", "tmpfs", disk);
        try
        {
            var instance = instances.Describe(instances.Name(), folder: Path.Combine(disk, "x"));
            (await instance.MakeFromTemplateAsync(instances.Template)).ShouldFail(PostgresFailure.NoSpace).Message.ShouldContain(disk);
            Run("mount", "-o", "remount,size=70m", disk);
            File.WriteAllBytes(Path.Combine(disk, "filler"), new byte[5 << 20]);
            (await instance.MakeFromTemplateAsync(instances.Template)).ShouldBeNull();
            File.AppendAllText(Path.Combine(disk, "filler"), new string('x', (int)new DriveInfo(disk).AvailableFreeSpace));
            using var server = (await instance.StartAsync()).Value;
            var error = server is null ? (await instance.StartAsync()).Error : await server.WaitReadyAsync() ? null : instance.ExplainEnd(server);
            error.ShouldFail(PostgresFailure.NoSpace);
        }
        finally
        {
            Run("umount", "--lazy", disk);
        }
    }

    private static List<string> Listing(string path) => File.Exists(path) ? [File.ReadAllText(path)]
        : [.. Directory.GetFileSystemEntries(path, "*", SearchOption.AllDirectories).Order().Select(f => $"{f} {(File.Exists(f) ? new FileInfo(f).Length : 0)} {File.GetLastWriteTimeUtc(f):o}")];

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}
