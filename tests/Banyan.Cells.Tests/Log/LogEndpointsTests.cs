using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Http;
using Banyan.Cells.Log;
using Banyan.Engines.Signing;
using Banyan.Journal;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Tests.Log;

public sealed class LogEndpointsTests : IDisposable
{
    private const string Origin = "banyan/test/north";
    private readonly SigningKey _key = SigningKey.Generate();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task Log_OverHttp_VerifiesFromNothingButTheKey()
    {
        await using var cell = await StartAsync();
        await FillAsync(cell, 600);
        var checkpoint = await CheckpointAsync(cell, 600);

        // By the reader of any log over HTTP.
        var source = new HttpTileSource(cell.Client, new Uri(cell.Address, "/log/v1/north/"));
        var tree = new TileTree(source, checkpoint.Size);

        (await tree.RootAsync(Stop)).ShouldBe(checkpoint.Root);
        var journal = cell.App.Services.GetRequiredService<IJournal>();
        foreach (var entry in await journal.ReadAsync(0, 10_000, null, Stop))
            (await tree.LeafAsync(entry.Position - 1, Stop)).ShouldBe(MerkleHasher.HashLeaf(EntryLeaf.Of(entry)));
    }

    [Fact]
    public async Task Change_WithAReceipt_LinksToItsProof()
    {
        await using var cell = await StartAsync();
        using var answer = await cell.Client.PostAsync("/notes/v1/notes", null, Stop);
        var receipt = Guid.Parse(answer.Headers.GetValues("Banyan-Receipt").Single());
        answer.Headers.GetValues("Link").ShouldBe([$"<http://test.example/log/v1/north/proofs/{receipt}>; rel=\"urn:banyan:rel:proof\""]);
        HttpResponseMessage? proof = null;
        await Eventually.HoldsAsync(async () =>
        {
            proof = await cell.Client.GetAsync($"/log/v1/north/proofs/{receipt}", Stop);
            if (proof.IsSuccessStatusCode)
                return true;
            proof.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            proof.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
            (await proof.Content.ReadAsStringAsync(Stop)).ShouldContain("urn:banyan:problem:");
            return false;
        }, "the receipt has a proof");

        proof!.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        var text = await proof.Content.ReadAsStringAsync(Stop);
        var (head, note) = (text[..text.IndexOf("\n\n", StringComparison.Ordinal)].Split('\n'), text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]);
        head[0].ShouldBe("c2sp.org/tlog-proof@v1");
        var leaf = Convert.FromBase64String(head[1]["extra ".Length..]);
        var index = long.Parse(head[2]["index ".Length..]);
        var checkpoint = Verify(Encoding.UTF8.GetBytes(note));
        var hashes = head[3..].Select(static h => new MerkleHash(Convert.FromBase64String(h))).ToArray();
        MerkleProofs.CheckInclusion(MerkleHasher.HashLeaf(leaf), index, checkpoint.Size, hashes, checkpoint.Root).ShouldBe(ProofFault.None);
        JsonDocument.Parse(leaf).RootElement.GetProperty("id").GetGuid().ShouldBe(receipt);

        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/log/v1/north/proofs/{receipt}") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/json") } } };
        var json = JsonDocument.Parse(await (await cell.Client.SendAsync(asked, Stop)).Content.ReadAsStringAsync(Stop)).RootElement;
        json.GetProperty("leaf").GetString().ShouldBe(Encoding.UTF8.GetString(leaf));
        json.GetProperty("index").GetInt64().ShouldBe(index);
    }

    [Fact]
    public async Task Proof_EntryPastItsRetention_IsFoundInTheLog()
    {
        await using var cell = await StartAsync();
        await FillAsync(cell, 700);
        await CheckpointAsync(cell, 700);
        var journal = cell.App.Services.GetRequiredService<IJournal>();
        var entries = await journal.ReadAsync(0, 1000, null, Stop);
        await using (var source = NpgsqlDataSource.Create(cell.ConnectionString))
        await using (var drop = source.CreateCommand("DELETE FROM journal.entry WHERE position <= 650"))
            await drop.ExecuteNonQueryAsync(Stop);

        foreach (var entry in new[] { entries[0], entries[255], entries[256], entries[649] })
        {
            var text = await cell.Client.GetStringAsync($"/log/v1/north/proofs/{entry.Id}", Stop);
            Convert.FromBase64String(text.Split('\n')[1]["extra ".Length..]).ShouldBe(EntryLeaf.Of(entry));
        }

        foreach (var unknown in new[] { Guid.CreateVersion7(), Guid.NewGuid(), Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.Parse("ffffffff-ffff-7fff-bfff-ffffffffffff") })
        {
            using var answer = await cell.Client.GetAsync($"/log/v1/north/proofs/{unknown}", Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task Tiles_AnswerAsTheStandardSays()
    {
        await using var cell = await StartAsync();
        await FillAsync(cell, 300);
        await CheckpointAsync(cell, 300);

        foreach (var (path, length) in new[] { ("tile/0/000", 8192), ("tile/0/000.p/7", 7 * 32), ("tile/0/001.p/44", 44 * 32), ("tile/1/000.p/1", 32) })
        {
            using var answer = await cell.Client.GetAsync($"/log/v1/north/{path}", Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            answer.Content.Headers.ContentType!.ToString().ShouldBe("application/octet-stream");
            answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
            (await answer.Content.ReadAsByteArrayAsync(Stop)).Length.ShouldBe(length, path);
        }

        foreach (var path in new[] { "tile/0/002", "tile/0/001", "tile/0/001.p/45", "tile/1/000.p/2", "tile/1/001", "tile/2/000.p/1", "tile/64/000", "tile/0/0", "tile/0/000.p/0", "tile/0/000.p/256", "tile/00/000", "tile/entries/002", "tile/0/x000/000", "tile/" })
        {
            using var answer = await cell.Client.GetAsync($"/log/v1/north/{path}", Stop);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        }

        using var checkpoint = await cell.Client.GetAsync("/log/v1/north/checkpoint", Stop);
        checkpoint.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; charset=utf-8");
        checkpoint.Headers.CacheControl!.ToString().ShouldBe("public, max-age=1");
    }

    [Fact]
    public async Task Bundle_Full_IsGzipForWhoTakesIt()
    {
        await using var cell = await StartAsync();
        await FillAsync(cell, 300);
        await CheckpointAsync(cell, 300);
        var plain = await cell.Client.GetAsync("/log/v1/north/tile/entries/000", Stop);
        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/log/v1/north/tile/entries/000");
        asked.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using var answer = await cell.Client.SendAsync(asked, Stop);

        answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        answer.Headers.Vary.ShouldBe(["Accept-Encoding"]);
        var compressed = await answer.Content.ReadAsByteArrayAsync(Stop);
        var bytes = await plain.Content.ReadAsByteArrayAsync(Stop);
        DatabaseTileSource.Decompress(compressed).ShouldBe(bytes);
        compressed.Length.ShouldBeLessThan(bytes.Length / 2);
    }

    [Fact]
    public async Task Log_OfAnotherPartition_IsElsewhere()
    {
        await using var cell = await StartAsync();
        using var answer = await cell.Client.GetAsync("/log/v1/south/checkpoint", Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Stop)).ShouldContain("urn:banyan:problem:log-elsewhere");
        (await cell.Client.GetStringAsync("/log/v1/keys", Stop)).ShouldBe("{\"platform\":\"test\"}");
    }

    [Fact]
    public async Task Cell_WithoutALog_HasNoneAndLinksToNone()
    {
        await using var cell = await TestCell.StartAsync([Notes()]);
        (await cell.Client.GetAsync("/log/v1/north/checkpoint", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var answer = await cell.Client.PostAsync("/notes/v1/notes", null, Stop);
        answer.Headers.Contains("Link").ShouldBeFalse();
    }

    [Fact]
    public async Task Status_WithALog_SaysHowItIs()
    {
        await using var cell = await StartAsync();
        await FillAsync(cell, 5);
        await CheckpointAsync(cell, 5);

        var log = JsonDocument.Parse(await cell.Client.GetStringAsync("/cell/v1/status", Stop)).RootElement.GetProperty("log");

        (log.GetProperty("size").GetInt64(), log.GetProperty("published").GetInt64()).ShouldBe((5, 5));
        log.GetProperty("halted").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private Task<TestCell> StartAsync() => TestCell.StartAsync([Notes()], change: o => o with { Log = new CellLogOptions { Key = _key, Keys = "{\"platform\":\"test\"}"u8.ToArray(), Change = static l => l with { IntegrateInterval = TimeSpan.FromMilliseconds(5), CheckpointInterval = TimeSpan.FromMilliseconds(5) } } });

    private static TestService Notes() => new()
    {
        Endpoints = static r => r.MapPost("/notes/v1/notes", static async (IJournal journal, CancellationToken stop) =>
            ChangeHttp.ToResult(await journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [new JournalEvent { Topic = "notes.notes", Type = "t", Data = "{}" }] }, stop))),
    };

    private static Task FillAsync(TestCell cell, int entries) => cell.App.Services.GetRequiredService<IJournal>().CommitAsync(
        new Change { Answer = new StoredAnswer(201), Events = [.. Enumerable.Range(0, entries).Select(static i => new JournalEvent { Topic = "notes.notes", Type = "banyan.notes.v1", Subject = $"{i}", Data = $"{{\"i\":{i}}}" })] }, Stop);

    private async Task<Checkpoint> CheckpointAsync(TestCell cell, long size)
    {
        Checkpoint? checkpoint = null;
        await Eventually.HoldsAsync(async () =>
        {
            using var answer = await cell.Client.GetAsync("/log/v1/north/checkpoint", Stop);
            if (!answer.IsSuccessStatusCode)
                return false;
            checkpoint = Verify(await answer.Content.ReadAsByteArrayAsync(Stop));
            return checkpoint.Size >= size;
        }, $"the checkpoint covers {size} entries");
        return checkpoint!;
    }

    private Checkpoint Verify(byte[] bytes)
    {
        SignedNote.TryParse(bytes, out var note, out var problem).ShouldBeTrue(problem);
        note!.Verify([NoteSigner.OfLog(Origin, _key).Key]).Holds.ShouldBeTrue();
        Checkpoint.TryParse(note.Text, out var checkpoint, out problem).ShouldBeTrue(problem);
        checkpoint!.Origin.ShouldBe(Origin);
        return checkpoint;
    }
}
