using System.Text;
using System.Text.Json;
using Banyan.Engines.Keys;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>Secrets of a running platform: who may read them, and where they may not be found.</summary>
[Collection(LivePlatformCollection.Name)]
public class SecretsTests(LivePlatform platform)
{
    private string Secrets => Path.Combine(platform.Data, "secrets");

    [Fact]
    public void Secrets_OfARunningPlatform_AreItsOwnersAlone()
    {
        File.GetUnixFileMode(Secrets).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(Path.Combine(Secrets, "root.keys")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        RootKeyFile.Open(Path.Combine(Secrets, "root.keys")).CurrentVersion.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Secrets_OfARunningPlatform_AreInNoLogNoFileNoCommandLineAndNoAnswer()
    {
        await platform.WaitUntilServingAsync();
        var secrets = All();
        secrets.Count.ShouldBeGreaterThanOrEqualTo(10); // three passwords, the operator's key, an invitation, a root key, the key of fingerprints, private keys of certificates
        var places = new Dictionary<string, string>();
        foreach (var file in Directory.GetFiles(Path.Combine(platform.Data, "logs")).Concat(Directory.GetFiles(platform.Data)))
            places.Add(file, Read(file));
        foreach (var process in Directory.GetDirectories("/proc").Where(static d => int.TryParse(Path.GetFileName(d), out _)))
            places.Add(process, Read($"{process}/cmdline"));
        foreach (var path in new[] { "/", "/health/ready", "/metrics", "/regions/east-africa/personal/v1/keys", "/regions/east-africa/openapi/v1.json", "/regions/east-africa/cell/v1/status" })
            places.Add(path, await (await platform.Http.GetAsync(path)).Content.ReadAsStringAsync());
        places.Add("banyan status", (await BanyanCommand.RunAsync("status", "--data", platform.Data, "--format", "json")).ToString());
        places.Add("banyan keys", (await BanyanCommand.RunAsync("keys", "--data", platform.Data, "--format", "json")).ToString());

        places.Values.Count(static t => t.Length > 0).ShouldBeGreaterThan(30); // it did look
        places.Where(p => secrets.Exists(s => p.Value.Contains(s, StringComparison.Ordinal))).Select(static p => p.Key).ShouldBeEmpty();
    }

    [Fact]
    public async Task Keys_RotateAndRetire_SaysWhatIsNeededAndLeavesNoKeyBehind()
    {
        await platform.WaitUntilServingAsync();
        var before = All();

        var shown = await BanyanCommand.RunAsync("keys", "--data", platform.Data, "--format", "json");
        var rotated = await BanyanCommand.RunAsync("keys", "rotate", "--data", platform.Data, "--format", "json");

        shown.ExitCode.ShouldBe(0, shown.ToString());
        rotated.ExitCode.ShouldBe(0, rotated.ToString());
        Current(rotated).ShouldBe(Current(shown) + 1);
        JsonDocument.Parse(rotated.Out).RootElement.GetProperty("databases").EnumerateArray().Count(static d => d.GetProperty("problem").ValueKind == JsonValueKind.Null).ShouldBe(10);
        File.GetUnixFileMode(Path.Combine(Secrets, "root.keys")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        before.Where(s => !All().Contains(s)).ShouldBeEmpty(); // what was sealed can still be read
        (await BanyanCommand.RunAsync("keys", "lose", "--data", platform.Data)).ExitCode.ShouldBe(2);
    }

    private static int Current(CommandOutput keys) => JsonDocument.Parse(keys.Out).RootElement.GetProperty("current").GetInt32();

    /// <summary>Every secret of the data folder: what a file of it holds, and each key of those that hold several.</summary>
    private List<string> All() =>
    [
        .. Directory.GetFiles(Secrets, "*.password").Concat([Path.Combine(Secrets, "operator.key"), Path.Combine(Secrets, "administrator.invitation")]).Select(static f => File.ReadAllText(f).Trim()),
        .. RootKeys().SelectMany(static k => (string[])[k, JsonEncodedText.Encode(k).ToString()]).Distinct(),
        .. Directory.GetFiles(Path.Combine(platform.Data, "certificates")).SelectMany(PrivateLines),
    ];

    /// <summary>The lines of the private keys in a file of PEM (RFC 7468).</summary>
    private static IEnumerable<string> PrivateLines(string file) =>
        File.ReadLines(file).SkipWhile(static l => !l.EndsWith("PRIVATE KEY-----", StringComparison.Ordinal)).Skip(1).TakeWhile(static l => !l.StartsWith("-----", StringComparison.Ordinal)).Where(static l => l.Length > 40);

    private IEnumerable<string> RootKeys()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Secrets, "root.keys")));
        yield return json.RootElement.GetProperty("fingerprint_key").GetString()!;
        foreach (var key in json.RootElement.GetProperty("root_keys").EnumerateArray())
            yield return key.GetProperty("key").GetString()!;
    }

    private static string Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return reader.ReadToEnd();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return ""; // a process that has ended meanwhile
        }
    }
}
