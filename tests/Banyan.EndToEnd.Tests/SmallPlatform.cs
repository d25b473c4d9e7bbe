using System.Globalization;
using System.Text.Json;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests;

/// <summary>A platform of a few regions in a folder of its own, beside the live one; asked with its operator's key, from outside.</summary>
internal sealed class SmallPlatform : IAsyncDisposable
{
    /// <summary>Two regions, each the other's standby.</summary>
    public const string TwoRegions = """
        regions:
          one: { at: Accra, jurisdiction: GH, standby: two }
          two: { at: Tema, jurisdiction: GH, standby: one }

        """;

    private readonly string _name;

    /// <param name="name">The platform's name.</param>
    /// <param name="patience">How long a request may take.</param>
    public SmallPlatform(string name, TimeSpan? patience = null)
    {
        _name = name;
        Folder = Directory.CreateTempSubdirectory($"banyan-{name}-").FullName;
        // PostgreSQL's own user must be able to enter.
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_101_101);
        Http = new HttpClient(new OperatorHandler(Data, new SocketsHttpHandler { AllowAutoRedirect = false })) { BaseAddress = Address, Timeout = patience ?? TimeSpan.FromSeconds(60) };
    }

    /// <summary>Where its blueprint is, and whatever a test puts there.</summary>
    public string Folder { get; }

    /// <summary>Its data folder.</summary>
    public string Data => Path.Combine(Folder, "data");

    /// <summary>The entry's port.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>The entry.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>To the entry, with the operator's key.</summary>
    public HttpClient Http { get; }

    /// <summary>The operator's key.</summary>
    public string Key => OperatorHandler.KeyOf(Data);

    /// <summary>Writes the blueprint: its name and what is given.</summary>
    public string Write(string yaml)
    {
        var blueprint = Path.Combine(Folder, $"{_name}.yaml");
        File.WriteAllText(blueprint, $"platform: {_name}\n{yaml}\n");
        return blueprint;
    }

    /// <summary>Starts it; returns when it serves.</summary>
    public async Task<CommandOutput> UpAsync(string yaml, params string[] more)
    {
        var up = await TryUpAsync(yaml, [], more);
        up.ExitCode.ShouldBe(0, up.ToString());
        return up;
    }

    /// <summary>Starts it, in the background, whatever comes of that.</summary>
    public Task<CommandOutput> TryUpAsync(string yaml, Dictionary<string, string> environment, params string[] more) =>
        BanyanCommand.RunAsync(environment, ["up", Write(yaml), "--detach", "--data", Data, "--port", Port.ToString(CultureInfo.InvariantCulture), .. more]);

    /// <summary>A verb that is told of the data folder.</summary>
    public Task<CommandOutput> RunAsync(params string[] arguments) => BanyanCommand.RunAsync([.. arguments, "--data", Data]);

    /// <summary>Switches a partition as soon as its standby there can take it.</summary>
    public async Task SwitchAsync(string partition, string to)
    {
        CommandOutput? moved = null; // Refused while the standby there does not receive yet.
        await Poll.UntilAsync(async () => (moved = await RunAsync("switch", partition, "--to", to)).ExitCode == 0, () => $"not switched: {moved}");
    }

    /// <summary>The platform as <c>banyan status</c> sees it.</summary>
    public async Task<JsonElement> StatusAsync()
    {
        var status = await RunAsync("status", "--format", "json");
        status.ExitCode.ShouldBeOneOf([0, 1], status.ToString());
        using var json = JsonDocument.Parse(status.Out);
        return json.RootElement.Clone();
    }

    /// <summary>Waits until the first region is as it should be, by <c>banyan status</c>.</summary>
    public async Task<JsonElement> WaitAsync(Func<JsonElement, bool> condition, string what)
    {
        JsonElement one = default;
        await Poll.UntilAsync(async () => condition(one = (await StatusAsync()).GetProperty("regions")[0]), () => $"not so: {what}; {one}");
        return one;
    }

    /// <summary>A path of a region.</summary>
    public static Uri At(string region, string path) => new($"/regions/{region}/{path}", UriKind.Relative);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        var down = await RunAsync("down");
        PlatformProcesses.KillAll(Data);
        Directory.Delete(Folder, recursive: true);
        down.ExitCode.ShouldBe(0, down.ToString());
    }
}
