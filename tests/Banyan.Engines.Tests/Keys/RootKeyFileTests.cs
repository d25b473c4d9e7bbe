using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Keys;

namespace Banyan.Engines.Tests.Keys;

public sealed class RootKeyFileTests : IDisposable
{
    private static readonly byte[] Context = KeyContext.Of("kai", "east-africa");
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-keys-").FullName;

    private string KeyFile => Path.Combine(_folder, "secrets", "root.keys");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Ensure_NoFile_MakesOneThatOnlyItsOwnerMayRead()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System).ShouldBeTrue();

        File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(KeyFile)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        RootKeyFile.Open(KeyFile).Versions.ShouldBe([1]);
    }

    [Fact]
    public void Ensure_FileIsThere_LeavesItAlone()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var before = File.ReadAllBytes(KeyFile);

        RootKeyFiles.Ensure(KeyFile, TimeProvider.System).ShouldBeFalse();

        File.ReadAllBytes(KeyFile).ShouldBe(before);
    }

    [Fact]
    public async Task Ensure_ManyAtOnce_OneMakesItAndAllReadTheSame()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RootKeyFiles.Ensure(KeyFile, TimeProvider.System))));

        made.Count(static m => m).ShouldBe(1);
        Directory.GetFiles(Path.GetDirectoryName(KeyFile)!).ShouldBe([KeyFile]);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Open_OthersMayUseTheFile_IsRefusedAndSaysTheRemedy(UnixFileMode more)
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        File.SetUnixFileMode(KeyFile, File.GetUnixFileMode(KeyFile) | more);

        var error = Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile));

        error.Message.ShouldStartWith($"{KeyFile} may be read or changed by others (mode 06");
        error.Message.ShouldContain($"chmod 600 {KeyFile}");
    }

    [Fact]
    public void Open_OthersMayReplaceTheFile_IsRefused()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var folder = Path.GetDirectoryName(KeyFile)!;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);

        Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile)).Message.ShouldStartWith($"{folder} may be changed by others");
    }

    [Fact]
    public void Open_NoFile_SaysSo() => Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile)).Message.ShouldStartWith($"The root key file {KeyFile} is missing: put its backup in its place.");

    [Fact]
    public void Open_DamagedFile_SaysSoWithoutQuotingIt()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var text = File.ReadAllText(KeyFile);
        foreach (var damaged in new[] { "", "{}", text[..^20], text.Replace("\"version\": 1", "\"version\": 0", StringComparison.Ordinal), text.Replace("\"key\": \"", "\"key\": \"%", StringComparison.Ordinal), text.Replace("\"key\": \"", "\"key\": \"AAAA", StringComparison.Ordinal) })
        {
            File.WriteAllText(KeyFile, damaged);

            Should.Throw<RootKeyException>(() => RootKeyFile.Open(KeyFile)).ToString().ShouldStartWith($"Banyan.Engines.Keys.RootKeyException: The root key file {KeyFile} is damaged: put its backup in its place.{Environment.NewLine}");
        }
    }

    [Fact]
    public async Task Unwrap_AfterRotation_OldAndNewAreReadAndTheNewWraps()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var keys = RootKeyFile.Open(KeyFile);
        var key = RandomNumberGenerator.GetBytes(32);
        var first = await keys.WrapAsync(key, Context, TestContext.Current.CancellationToken);

        RootKeyFiles.Rotate(KeyFile, TimeProvider.System).ShouldBe(2);
        var second = await RootKeyFile.Open(KeyFile).WrapAsync(key, Context, TestContext.Current.CancellationToken);

        keys.VersionOf(second).ShouldBe(2);
        (await keys.UnwrapAsync(second, Context, TestContext.Current.CancellationToken)).ShouldBe(key); // the one that was open learns it when it meets it
        (await keys.UnwrapAsync(first, Context, TestContext.Current.CancellationToken)).ShouldBe(key);
        keys.CurrentVersion.ShouldBe(2);
        File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Refresh_AfterRotation_WrapsUnderTheNewVersion()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var keys = RootKeyFile.Open(KeyFile);
        RootKeyFiles.Rotate(KeyFile, TimeProvider.System);

        await keys.RefreshAsync(TestContext.Current.CancellationToken);

        keys.CurrentVersion.ShouldBe(2);
    }

    [Fact]
    public async Task Unwrap_VersionWasRetired_SaysWhichIsMissing()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var wrapped = await RootKeyFile.Open(KeyFile).WrapAsync(new byte[32], Context, TestContext.Current.CancellationToken);
        RootKeyFiles.Rotate(KeyFile, TimeProvider.System);
        RootKeyFiles.Retire(KeyFile).ShouldBe([1]);

        var error = await Should.ThrowAsync<RootKeyException>(async () => await RootKeyFile.Open(KeyFile).UnwrapAsync(wrapped, Context, TestContext.Current.CancellationToken));

        error.Message.ShouldStartWith($"Root key 1 is not in {KeyFile}");
    }

    [Fact]
    public async Task Refresh_AnotherPlatformsFileTookItsPlace_IsRefused()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var keys = RootKeyFile.Open(KeyFile);
        var other = Path.Combine(_folder, "other.keys");
        RootKeyFiles.Ensure(other, TimeProvider.System);
        File.SetLastWriteTimeUtc(other, DateTime.UnixEpoch);
        File.Move(other, KeyFile, overwrite: true);

        (await Should.ThrowAsync<RootKeyException>(async () => await keys.RefreshAsync(TestContext.Current.CancellationToken))).Message.ShouldContain("another platform's");
        keys.CurrentVersion.ShouldBe(1);
    }

    [Fact]
    public void Fingerprint_SameMessage_IsTheSameAfterRotationAndAnotherInAnotherFile()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var other = Path.Combine(_folder, "other.keys");
        RootKeyFiles.Ensure(other, TimeProvider.System);
        var before = Fingerprint(KeyFile);

        RootKeyFiles.Rotate(KeyFile, TimeProvider.System);
        RootKeyFiles.Retire(KeyFile);

        Fingerprint(KeyFile).ShouldBe(before);
        Fingerprint(other).ShouldNotBe(before);
    }

    [Fact]
    public void Fingerprint_KnownKey_IsThePublishedAnswer()
    {
        // RFC 4231, test case 1, whose key has 20 bytes: HMAC takes it filled up with zeros to the block, and so with 12 of them to our length.
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        var key = new byte[32];
        Array.Fill<byte>(key, 0x0b, 0, 20);
        var text = File.ReadAllText(KeyFile);
        var own = text.Split("\"fingerprint_key\": \"")[1].Split('"')[0];
        File.WriteAllText(KeyFile, text.Replace(own, Convert.ToBase64String(key), StringComparison.Ordinal));

        var fingerprint = new byte[32];
        RootKeyFile.Open(KeyFile).Fingerprint(Encoding.ASCII.GetBytes("Hi There"), fingerprint);

        Convert.ToHexStringLower(fingerprint).ShouldBe("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    [Fact]
    public void ToString_OfKeys_TellsNone()
    {
        RootKeyFiles.Ensure(KeyFile, TimeProvider.System);
        RootKeyFile.Open(KeyFile).ToString().ShouldBe($"root keys of {KeyFile}");
    }

    private static byte[] Fingerprint(string file)
    {
        var fingerprint = new byte[32];
        RootKeyFile.Open(file).Fingerprint("anna@example.org"u8, fingerprint);
        return fingerprint;
    }
}
