using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public sealed class PostgresPasswordsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-secrets-").FullName;

    private string Secrets => Path.Combine(_folder, "secrets");

    [Fact]
    public async Task LoadOrCreate_ManyAtOnce_AllGetTheSame()
    {
        using var start = new Barrier(8);
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return PostgresPasswords.LoadOrCreate(Secrets).ShouldBeValue();
            }, TaskCreationOptions.LongRunning)));
        all.Distinct().Count().ShouldBe(1);
        Directory.GetFiles(Secrets).Select(Path.GetFileName).Order().ShouldBe(["cell.password", "keeper.password", "replication.password"]);
    }

    [Fact]
    public void LoadOrCreate_Made_ForTheOwnerAlone()
    {
        var passwords = PostgresPasswords.LoadOrCreate(Secrets).ShouldBeValue();
        File.GetUnixFileMode(Secrets).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(Secrets, "keeper.password")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        new[] { passwords.Keeper, passwords.Cell, passwords.Replication }.Distinct().Count().ShouldBe(3);
        passwords.ToString().ShouldNotContain(passwords.Keeper);
    }

    [Fact]
    public void LoadOrCreate_Damaged_IsAnErrorThatTellsNoSecret()
    {
        PostgresPasswords.LoadOrCreate(Secrets).ShouldBeValue();
        File.WriteAllText(Path.Combine(Secrets, "cell.password"), "it's; DROP TABLE");
        PostgresPasswords.LoadOrCreate(Secrets).ShouldFail(PostgresFailure.CommandFailed).Message.ShouldNotContain("DROP");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
