using Banyan.Cells.Access.ApiKeys;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Credentials;

public sealed class CredentialsTests : IDisposable
{
    private readonly DataFolder _data = new(Directory.CreateTempSubdirectory("banyan-credentials-").FullName);

    [Fact]
    public void In_ARegion_IsAnotherKeyEachAndAlwaysTheSame()
    {
        var key = OperatorKey.Ensure(_data);
        var (one, again, two) = (key.In("one"), OperatorKey.Read(_data)!.In("one"), key.In("two"));
        one.Fingerprint.ShouldBe(again.Fingerprint);
        new[] { key.Fingerprint, one.Fingerprint, two.Fingerprint }.ShouldBeUnique();
        one.ToEntry("one", ["operator"], null).ShouldSatisfyAllConditions(static e => e.Id.ShouldBe("operator-one"), static e => e.Home.ShouldBe("one"), static e => e.Subject.ShouldBe("one.operator-one"));
        one.ToEntry("one", [], null).SecretHash.ShouldNotBe(two.ToEntry("one", [], null).SecretHash);
        ApiKeyText.TryRead(one.Reveal(), out _, out _).ShouldBeTrue();
    }

    [Fact]
    public void ConsoleSecret_MadeOnce_GivesTheSameKeysToEveryFrontDoorAndAnotherForEachPurpose()
    {
        var (one, two) = (ConsoleSecret.Ensure(_data), ConsoleSecret.Ensure(_data));
        File.GetUnixFileMode(ConsoleSecret.PathIn(_data)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        one.For("session").ShouldBe(two.For("session"));
        one.For("session").ShouldNotBe(one.For("login"));
        one.ClientSecretHash.ShouldBe(two.ClientSecretHash);
        one.ClientSecretHash.ShouldNotContain(one.ClientSecret);
    }

    [Fact]
    public void ConsoleSecret_FileThatHoldsNone_SaysWhatToDo()
    {
        ConsoleSecret.Ensure(_data);
        File.WriteAllText(ConsoleSecret.PathIn(_data), "AAAA\n");
        Should.Throw<PlatformException>(() => ConsoleSecret.Ensure(_data)).Message.ShouldContain("remove it, and `banyan up` makes another");
    }

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);
}
