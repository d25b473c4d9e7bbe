using System.Text.Json;
using Banyan.Control.Platform;

namespace Banyan.Control.Tests.Platform;

public sealed class PlatformKeysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-keys-").FullName;

    private DataFolder Data => new(_folder);

    private string KeyFile => Path.Combine(_folder, PlatformKeys.DefaultFile);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Prepare_NewPlatform_MakesTheFileForItsOwnerAlone()
    {
        var keys = PlatformKeys.Prepare(Data, previous: null, TimeProvider.System);

        keys.PathIn(Data).ShouldBe(KeyFile);
        File.GetUnixFileMode(KeyFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Prepare_Again_KeepsThem()
    {
        var keys = PlatformKeys.Prepare(Data, previous: null, TimeProvider.System);
        var before = File.ReadAllBytes(KeyFile);

        PlatformKeys.Prepare(Data, Previous(keys), TimeProvider.System).ShouldBe(keys);

        File.ReadAllBytes(KeyFile).ShouldBe(before);
    }

    [Fact]
    public void Prepare_KeysAreLost_RefusesAndMakesNoOthers()
    {
        var keys = PlatformKeys.Prepare(Data, previous: null, TimeProvider.System);
        File.Delete(KeyFile);

        Should.Throw<PlatformException>(() => PlatformKeys.Prepare(Data, Previous(keys), TimeProvider.System)).Message.ShouldStartWith($"The root key file {KeyFile} is missing");

        File.Exists(KeyFile).ShouldBeFalse();
    }

    [Fact]
    public void Prepare_OthersMayReadThem_Refuses()
    {
        var keys = PlatformKeys.Prepare(Data, previous: null, TimeProvider.System);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Should.Throw<PlatformException>(() => PlatformKeys.Prepare(Data, Previous(keys), TimeProvider.System)).Message.ShouldContain($"chmod 600 {KeyFile}");
    }

    [Fact]
    public void PlatformJson_WithKeys_IsReadBackAndHoldsNoKey()
    {
        var keys = PlatformKeys.Prepare(Data, previous: null, TimeProvider.System);

        PlatformStateFile.Write(Data, Previous(keys));

        PlatformStateFile.Read(Data)!.Keys.ShouldBe(keys);
        var text = File.ReadAllText(Data.StateFile);
        Secrets().Count.ShouldBe(2);
        foreach (var secret in Secrets())
            text.ShouldNotContain(secret);
    }

    private List<string> Secrets()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(KeyFile));
        return [json.RootElement.GetProperty("fingerprint_key").GetString()!, .. json.RootElement.GetProperty("root_keys").EnumerateArray().Select(static k => k.GetProperty("key").GetString()!)];
    }

    private static PlatformState Previous(KeysState keys) => new() { Platform = "test", InstanceId = "1", EntryPort = 1, Regions = [], Partitions = [], Keys = keys };
}
