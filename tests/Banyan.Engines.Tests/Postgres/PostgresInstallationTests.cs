using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public sealed class PostgresInstallationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("banyan-bin-").FullName;

    [Fact]
    public async Task FindAsync_NothingInstalled_SaysHowToInstall()
    {
        var found = await FindAsync(_ => null);
        found.ShouldFail(PostgresFailure.Missing).Message.ShouldBe("PostgreSQL is missing: apt-get install postgresql, or set BANYAN_PG_BIN");
    }

    [Fact]
    public async Task FindAsync_SeveralVersions_TakesTheNewestOrTheOneAskedFor()
    {
        Fake("9", "9.6.24");
        Fake("15", "15.4");
        Fake("17", "17.10");
        (await FindAsync(_ => null)).ShouldBeValue().Version.ShouldBe(new PostgresVersion(17, 10));
        (await FindAsync(_ => null, 15)).ShouldBeValue().BinFolder.ShouldBe(Path.Combine(_root, "15", "bin"));
        (await FindAsync(_ => null, 16)).ShouldFail(PostgresFailure.Missing).Message.ShouldContain("postgresql-16");
    }

    [Fact]
    public async Task FindAsync_OnlyAnOldOne_IsTooOld()
    {
        Fake("14", "14.9");
        (await FindAsync(_ => null)).ShouldFail(PostgresFailure.TooOld);
    }

    [Fact]
    public async Task FindAsync_VariableNamesAFolder_OnlyThatCounts()
    {
        Fake("17", "17.1");
        var named = Fake("elsewhere", "16.2");
        (await FindAsync(name => name == "BANYAN_PG_BIN" ? named : null)).ShouldBeValue().Version.Major.ShouldBe(16);
        (await FindAsync(name => name == "BANYAN_PG_BIN" ? "/nowhere" : null)).ShouldFail(PostgresFailure.Missing).Message.ShouldContain("BANYAN_PG_BIN=/nowhere");
    }

    [Fact]
    public async Task FindAsync_OnlyPgConfigOnThePath_IsAsked()
    {
        var bin = Fake("opt", "16.1", folder: Path.Combine(_root, "opt"));
        Script(Path.Combine(_root, "path", "pg_config"), $"echo '{bin}'");
        var found = await PostgresInstallation.FindAsync(name => name == "PATH" ? $"/nowhere:{_root}/path" : null, "/nowhere", null, CancellationToken.None);
        found.ShouldBeValue().BinFolder.ShouldBe(bin);
    }

    [Fact]
    public async Task FindAsync_ThisMachine_HasOne() => (await PostgresInstallation.FindAsync()).ShouldBeValue().Version.Major.ShouldBeGreaterThanOrEqualTo(15);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<PostgresResult<PostgresInstallation>> FindAsync(Func<string, string?> environment, int? major = null) =>
        PostgresInstallation.FindAsync(environment, _root, major, CancellationToken.None);

    private string Fake(string name, string version, string? folder = null)
    {
        var bin = folder ?? Path.Combine(_root, name, "bin");
        foreach (var program in new[] { "postgres", "initdb", "pg_basebackup" })
            Script(Path.Combine(bin, program), $"echo 'postgres (PostgreSQL) {version}'");
        return bin;
    }

    private static void Script(string path, string body)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
