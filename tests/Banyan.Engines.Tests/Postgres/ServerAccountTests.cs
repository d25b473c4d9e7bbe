using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public sealed class ServerAccountTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("banyan-account-").FullName;

    [Fact]
    public void Resolve_Anyone_IsNeverRoot() => ServerAccount.Resolve().ShouldBeValue().Uid.ShouldNotBe(0u);

    [Theory]
    [InlineData("no-such-user")]
    [InlineData("root")]
    public void Resolve_AsRootWithNobodyToBe_IsAnError(string user)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs servers as someone else.");
        ServerAccount.Resolve(user).ShouldFail(PostgresFailure.NoAccount).Message.ShouldContain(ServerAccount.UserVariable);
    }

    [Fact]
    public void FirstClosedFolder_ClosedOnTheWay_IsNamed()
    {
        var account = ServerAccount.Resolve().ShouldBeValue();
        var open = Directory.CreateDirectory(Path.Combine(_root, "open", "closed", "deep")).FullName;
        foreach (var folder in new[] { _root, Path.Combine(_root, "open"), Path.Combine(_root, "open", "closed"), open })
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        account.FirstClosedFolder(open).ShouldBeNull();
        account.CheckWayTo(Path.Combine(open, "not", "yet")).ShouldBeNull();
        var closed = Path.Combine(_root, "open", "closed");
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | (Environment.IsPrivilegedProcess ? UnixFileMode.UserExecute : UnixFileMode.None));
        account.FirstClosedFolder(open).ShouldBe(closed);
        account.CheckWayTo(Path.Combine(open, "not", "yet")).ShouldFail(PostgresFailure.NoPermission).Message.ShouldContain(closed);
        File.SetUnixFileMode(closed, (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
