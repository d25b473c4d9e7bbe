using System.Net;
using System.Text.Json;
using Banyan.Cells.Log;
using Banyan.Engines.Objects;
using Banyan.Engines.Signing;
using Banyan.Journal;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Tests.Log;

/// <summary>An operator says how a halted log goes on, over HTTP.</summary>
public sealed class RecoveryEndpointTests : IDisposable
{
    private const string Origin = "banyan/test/north";
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-recovery-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Recover_AHaltedLog_GoesOnAsTheOneThatFollows()
    {
        // Somebody's checkpoint of another history lies where the log is published.
        var stranger = SignedNote.Sign(new Checkpoint(Origin, 7, MerkleHasher.EmptyRoot).Text, NoteSigner.OfLog(Origin, _key));
        Directory.CreateDirectory(Path.Combine(_folder, "log", Origin));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "log", Origin, "checkpoint"), stranger.ToBytes(), Stop);
        await using var cell = await StartAsync();
        await FillAsync(cell, 20);
        await Eventually.HoldsAsync(async () => (await LogAsync(cell)).GetProperty("halted").ValueKind == JsonValueKind.String, "the log is halted");

        (await PostAsync(cell, "north/recovery?reason=look")).ShouldBe((HttpStatusCode.Conflict, "urn:banyan:problem:log-not-recovered"));
        await Eventually.HoldsAsync(async () => (await LogAsync(cell)).GetProperty("halted").ValueKind == JsonValueKind.String, "the log is halted still");
        (await PostAsync(cell, "north/recovery?anew=true")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(cell, "north/recovery?anew=true&reason=%20")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(cell, "north/recovery?anew=true&reason=" + new string('x', 501))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(cell, "south/recovery?anew=true&reason=fork")).ShouldBe((HttpStatusCode.NotFound, "urn:banyan:problem:log-elsewhere"));

        (await PostAsync(cell, "north/recovery?anew=true&reason=fork")).Status.ShouldBe(HttpStatusCode.OK);

        await Eventually.HoldsAsync(async () => (await cell.Client.GetAsync("/log/v1/north/checkpoint", Stop)).IsSuccessStatusCode, "the log that follows is published");
        (await cell.Client.GetStringAsync("/log/v1/north/checkpoint", Stop)).ShouldStartWith(Origin + "/2\n");
        (await cell.Client.GetStringAsync("/log/v1/north/2/checkpoint", Stop)).ShouldStartWith(Origin + "/2\n");
        foreach (var (path, status) in new[] { ("tile/0/000.p/7", 404), ("2/tile/0/000.p/7", 200), ("3/tile/0/000.p/7", 404), ("1/checkpoint", 404), ("3/checkpoint", 404), ("99999999999/checkpoint", 404) })
        {
            using var answer = await cell.Client.GetAsync("/log/v1/north/" + path, Stop);
            ((int)answer.StatusCode).ShouldBe(status, path);
        }

        (await LogAsync(cell)).GetProperty("generation").GetInt32().ShouldBe(2);
        var entries = await cell.App.Services.GetRequiredService<IJournal>().ReadAsync(0, 100, new HashSet<string> { "log.alarms" }, Stop);
        var begun = entries.Single(static e => e.Type == "banyan.log.begun.v1");
        JsonDocument.Parse(begun.Data).RootElement.GetProperty("reason").GetString().ShouldBe("fork");
        (await File.ReadAllBytesAsync(Path.Combine(_folder, "log", Origin, "checkpoint"), Stop)).ShouldBe(stranger.ToBytes()); // nobody writes there any more
        (await PostAsync(cell, "north/recovery?anew=true&reason=again")).ShouldBe((HttpStatusCode.Conflict, "urn:banyan:problem:log-not-recovered"));
    }

    private static async Task<(HttpStatusCode Status, string? Type)> PostAsync(TestCell cell, string path)
    {
        using var answer = await cell.Client.PostAsync("/log/v1/" + path, null, Stop);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
        return (answer.StatusCode, json.TryGetProperty("type", out var type) ? type.GetString() : null);
    }

    private static async Task<JsonElement> LogAsync(TestCell cell) => JsonDocument.Parse(await cell.Client.GetStringAsync("/cell/v1/status", Stop)).RootElement.GetProperty("log");

    private Task<TestCell> StartAsync() => TestCell.StartAsync([], change: o => o with
    {
        Log = new CellLogOptions { Key = _key, Objects = new FolderObjectStore(_folder), Change = static l => l with { IntegrateInterval = TimeSpan.FromMilliseconds(5), CheckpointInterval = TimeSpan.FromMilliseconds(5) } },
    });

    private static Task FillAsync(TestCell cell, int entries) => cell.App.Services.GetRequiredService<IJournal>().CommitAsync(
        new Change { Answer = new StoredAnswer(201), Events = [.. Enumerable.Range(0, entries).Select(static i => new JournalEvent { Topic = "notes.notes", Type = "banyan.notes.v1", Data = $"{{\"i\":{i}}}" })] }, Stop);
}
