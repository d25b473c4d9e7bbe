using Banyan.Engines.Signing;

namespace Banyan.Engines.Tests.Signing;

public sealed class SigningKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-signing-").FullName;

    private string Key => Path.Combine(_folder, "secrets", "log.key");

    [Fact]
    public void Ensure_Nothing_MakesAFileOfItsOwnerThatIsReadAgain()
    {
        using var made = SigningKeyFile.Ensure(Key);
        using var read = SigningKeyFile.Ensure(Key);

        File.GetUnixFileMode(Key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        read.PublicKey.ToArray().ShouldBe(made.PublicKey.ToArray());
        Directory.GetFiles(Path.GetDirectoryName(Key)!).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Ensure_ManyAtOnce_AllHaveTheSameKey()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            using var key = SigningKeyFile.Ensure(Key);
            return Convert.ToHexString(key.PublicKey.Span);
        })));

        keys.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public void Open_OthersMayRead_IsRefused()
    {
        SigningKeyFile.Ensure(Key).Dispose();
        File.SetUnixFileMode(Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        Should.Throw<SigningKeyException>(() => SigningKeyFile.Open(Key)).Message.ShouldContain("chmod 600");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ed25519-seed:")]
    [InlineData("ed25519-seed:AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("ed25519-seed:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Open_Damaged_SaysSo(string text)
    {
        SigningKeyFile.Ensure(Key).Dispose();
        File.WriteAllText(Key, text);

        Should.Throw<SigningKeyException>(() => SigningKeyFile.Open(Key)).Message.ShouldContain("damaged");
    }

    [Fact]
    public void Open_Nothing_SaysWhere() => Should.Throw<SigningKeyException>(() => SigningKeyFile.Open(Key)).Message.ShouldContain(Key);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
