using System.Net;
using System.Net.Sockets;

namespace Banyan.EndToEnd.Tests.Input;

/// <summary>Bad input: one clear line, exit 2, and nothing lost.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-input-").FullName;

    /// <summary>PostgreSQL's own user must be able to enter.</summary>
    public BadInputTests() => File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);

    private string Data => Path.Combine(_folder, "data");

    [Theory]
    [InlineData("frob", "banyan: unrecognized command or argument 'frob'; see `banyan --help`")]
    [InlineData("status --format xml", "banyan: --format takes text or json, not 'xml'; see `banyan status --help`")]
    [InlineData("up --port 0", "banyan: --port takes a number from 1 to 65535, not 0; see `banyan up --help`")]
    [InlineData("up nowhere", "banyan: no blueprint is called 'nowhere': there are codai, kai, kaldrix, kinexus, sankofa, or give a file's path")]
    [InlineData("up ./nowhere.yaml", "banyan: nowhere.yaml:1:1: ./nowhere.yaml does not exist; name a blueprint's file, such as blueprints/kai.yaml")]
    public async Task Banyan_WrongCommandLine_IsOneLineAndExit2(string commandLine, string complaint)
    {
        var result = await BanyanCommand.RunAsync([.. commandLine.Split(' '), .. commandLine.StartsWith("up", StringComparison.Ordinal) ? new[] { "--data", Data } : []]);
        result.ExitCode.ShouldBe(2, result.ToString());
        result.ErrorLines.ShouldBe([complaint]);
        result.Out.ShouldBeEmpty();
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task Banyan_Help_ListsVerbsAndHidesChildren()
    {
        var help = await BanyanCommand.RunAsync("--help");
        help.ExitCode.ShouldBe(0);
        foreach (var verb in new[] { "up", "status", "down" })
            help.Out.ShouldContain($"  {verb} ");
        help.Out.ShouldNotContain("keeper ");
        (await BanyanCommand.RunAsync("up", "--help")).Out.ShouldContain("banyan up --detach");
        (await BanyanCommand.RunAsync("--version")).Out.ShouldMatch(@"^banyan \d+\.\d+\.\d+\S*\n$");
    }

    [Fact]
    public async Task Status_NoPlatformThere_SaysSo()
    {
        var result = await BanyanCommand.RunAsync("status", "--data", Data);
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldBe([$"banyan: no platform in {Data}: start one with `banyan up`, or name its folder with --data"]);
    }

    [Fact]
    public async Task Down_NothingRuns_HoldsAndSaysSo()
    {
        var result = await BanyanCommand.RunAsync("down", "--data", Data);
        (result.ExitCode, result.Out).ShouldBe((0, $"nothing runs in {Data}\n"));
    }

    [Theory]
    [InlineData("platform: [kai\n", "x.yaml:2:1: ")]
    [InlineData("platform: kai\nregons:\n  a: {}\n", "regions")]
    [InlineData("platform: kai\nobjectives: { rto: 15 parsecs }\nregions:\n  a: { standby: b }\n  b: { standby: a }\n", "15 parsecs")]
    [InlineData("platform: kai\nregions:\n  a: {}\n  b: { standby: a }\n", "x.yaml:3:3: regions.a: has no standby; name the region that holds a copy of its data, such as standby: b")]
    [InlineData("platform: kai\nregions:\n  a: { standby: c }\n  b: { standby: a }\n", "x.yaml:3:8: regions.a.standby: there is no region 'c'; name another region")]
    public async Task Up_BlueprintWithOneProblem_IsOneLineWithItsPlace(string yaml, string part)
    {
        var result = await UpAsync(yaml);
        result.ExitCode.ShouldBe(2, result.ToString());
        var line = result.ErrorLines.ShouldHaveSingleItem();
        line.ShouldStartWith("banyan: x.yaml:");
        line.ShouldContain(part);
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task Up_BlueprintWithManyProblems_ListsAllAtOnce()
    {
        var result = await UpAsync("platform: kai\nregons: {}\nobjectives: { rto: 15 parsecs }\n");
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.Length.ShouldBeGreaterThanOrEqualTo(3, result.ToString());
        result.ErrorLines[^1].ShouldMatch(@"^banyan: x\.yaml has \d+ problems; nothing was started$");
        result.ErrorLines[..^1].ShouldAllBe(l => l.StartsWith("x.yaml:"));
        Directory.Exists(Data).ShouldBeFalse();
    }

    [Fact]
    public async Task Up_PostgresMissing_SaysHowToGetIt()
    {
        var result = await BanyanCommand.RunAsync(new Dictionary<string, string> { ["BANYAN_PG_BIN"] = _folder }, "up", "--data", Data);
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldHaveSingleItem().ShouldStartWith($"banyan: BANYAN_PG_BIN={_folder} does not hold PostgreSQL's programs");
    }

    [Fact]
    public async Task Up_PortTaken_SaysWhichAndHowToChooseAnother()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        var port = ((IPEndPoint)squatter.LocalEndpoint).Port;
        var result = await BanyanCommand.RunAsync("up", "--data", Data, "--port", $"{port}");
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldBe([$"banyan: port {port} is taken by another program: stop it, or choose another port with --port"]);
    }

    [Fact]
    public async Task Up_ForeignFolder_IsLeftAlone()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "thesis.tex"), "years of work", TestContext.Current.CancellationToken);
        var result = await BanyanCommand.RunAsync("up", "--data", Data);
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldBe([$"banyan: {Data} holds 'thesis.tex', which is not a platform's: name a new or empty folder with --data"]);
        Directory.GetFileSystemEntries(Data).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Up_FolderOfAnotherFormat_IsLeftAlone()
    {
        Directory.CreateDirectory(Data);
        const string state = """{"format": 99, "something": "new"}""";
        await File.WriteAllTextAsync(Path.Combine(Data, "platform.json"), state, TestContext.Current.CancellationToken);
        var result = await BanyanCommand.RunAsync("up", "--data", Data);
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldBe([$"banyan: {Data} has data format 99, this banyan reads format 1: use the banyan that made it, or another folder with --data"]);
        (await File.ReadAllTextAsync(Path.Combine(Data, "platform.json"), TestContext.Current.CancellationToken)).ShouldBe(state);
    }

    [Fact]
    public async Task Up_FolderThatCannotBeMade_SaysSo()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "file"), "", TestContext.Current.CancellationToken);
        var below = Path.Combine(_folder, "file", "data");
        var result = await BanyanCommand.RunAsync("up", "--data", below);
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldHaveSingleItem().ShouldStartWith($"banyan: can't use {below}: ");
    }

    [Fact]
    public async Task Up_NoRoomOnDisk_SaysHowMuchIsThere()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may mount a small file system");
        Directory.CreateDirectory(Data);
        using (var mount = System.Diagnostics.Process.Start("mount", ["-t", "tmpfs", "-o", "size=64m", "tmpfs", Data]))
        {
            await mount.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.SkipUnless(mount.ExitCode == 0, "this machine does not allow mounts");
        }

        try
        {
            var result = await BanyanCommand.RunAsync("up", "--data", Data);
            result.ExitCode.ShouldBe(2);
            result.ErrorLines.ShouldHaveSingleItem().ShouldMatch($"^banyan: {Data} has 6\\d MB of disk space left, and a platform needs at least 1074 MB: make room, or name another folder with --data$");
        }
        finally
        {
            using var unmount = System.Diagnostics.Process.Start("umount", [Data]);
            await unmount.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Up_NoPermission_SaysSo()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can act as another user");
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", BanyanCommand.Launcher, "up", "--data", Path.Combine("/root", "banyan")])
        { RedirectStandardError = true, Environment = { ["HOME"] = _folder } })!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(errors.Contains("Permission denied", StringComparison.Ordinal), "the repository is in a folder that other users may not enter");
        process.ExitCode.ShouldBe(2, errors);
        errors.ShouldMatch(@"^banyan: no permission to (use|read) /root/banyan\S*: run as [^\n]+, or name another folder with --data\n$");
    }

    [Fact]
    public async Task Up_FolderThatPostgresCannotReach_SaysWhichOne()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root runs PostgreSQL as another user");
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var result = await BanyanCommand.RunAsync("up", "--data", Data);
        result.ExitCode.ShouldBe(2);
        result.ErrorLines.ShouldHaveSingleItem().ShouldStartWith($"banyan: User 'postgres', who runs PostgreSQL, may not enter or write {_folder}: ");
        Directory.Exists(Data).ShouldBeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<CommandOutput> UpAsync(string yaml)
    {
        var file = Path.Combine(_folder, "x.yaml");
        await File.WriteAllTextAsync(file, yaml, TestContext.Current.CancellationToken);
        return await BanyanCommand.RunAsync("up", file, "--data", Data);
    }
}
