using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Engines.Tests.Evm;

public class KeyStoreTests
{
    [Fact]
    public void Open_KeyStoreTests_GivesTheirKey()
    {
        var seen = 0;
        foreach (var vector in EvmVectors.Read("ethereum/KeyStoreTests/basic_tests.json").EnumerateObject())
        {
            var (json, password) = (vector.Value.GetProperty("json").GetRawText(), vector.Value.GetProperty("password").GetString()!);
            var opened = KeyStoreFile.Open(json, password);
            opened.Error.ShouldBeNull(vector.Name);
            using var signer = opened.Value;
            var key = new byte[32];
            signer.CopyKeyTo(key);
            Convert.ToHexStringLower(key).ShouldBe(vector.Value.GetProperty("priv").GetString(), vector.Name);
            seen++;
        }

        seen.ShouldBe(5);
    }

    [Fact]
    public void Seal_Key_OpensWithItsPasswordAlone()
    {
        using var signer = PrivateKeySigner.Create();
        var json = KeyStoreFile.Seal(signer, "päss", cost: 1024);
        using var opened = KeyStoreFile.Open(json, "päss").Value;
        opened.Address.ShouldBe(signer.Address);
        KeyStoreFile.Open(json, "pass").Error!.Message.ShouldContain("the password is another");
        KeyStoreFile.Open(json.Replace("aes-128-ctr", "aes-128-cbc", StringComparison.Ordinal), "päss").Error!.Message.ShouldContain("aes-128-ctr");
        KeyStoreFile.Open(json.Replace("\"n\":1024", "\"n\":1073741824", StringComparison.Ordinal), "päss").Error!.Message.ShouldContain("scrypt with n=1073741824");
        KeyStoreFile.Open(json.Replace(signer.Address.ToString()[2..].ToLowerInvariant(), new string('0', 40), StringComparison.Ordinal), "päss").Error!.Message.ShouldContain("it holds the key of");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":3,"crypto":5}""")]
    [InlineData("""{"version":3,"crypto":{"cipher":"aes-128-ctr","ciphertext":"zz"}}""")]
    [InlineData("""{"version":1}""")]
    public void Open_Nonsense_IsAnError(string json) => KeyStoreFile.Open(json, "x").Error!.Failure.ShouldBe(EvmFailure.NotSigned);

    [Fact]
    public void Load_FileOthersMayRead_IsRefused()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("banyan-keystore-").FullName, "key.json");
        using var signer = PrivateKeySigner.Create();
        KeyStoreFile.Save(path, signer, "x");
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var loaded = KeyStoreFile.Load(path, "x").Value)
            loaded.Address.ShouldBe(signer.Address);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        KeyStoreFile.Load(path, "x").Error!.Message.ShouldContain("chmod 600");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
