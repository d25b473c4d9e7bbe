using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Log;
using Banyan.Engines.Signing;

namespace Banyan.Services.Climate.Tests.Influx;

public sealed class WriteTests : IAsyncLifetime
{
    private ClimateCell _cell = null!;

    public async ValueTask InitializeAsync() => _cell = await ClimateCell.StartAsync();

    public ValueTask DisposeAsync() => _cell.DisposeAsync();

    [Fact]
    public async Task Write_CellKeepsALog_LinksToTheProof()
    {
        using var key = SigningKey.Generate();
        await using var cell = await ClimateCell.StartAsync(log: new CellLogOptions { Key = key });

        using var answer = await cell.WriteAsync("rain,station=S1 mm=12.5\n");

        var receipt = answer.Headers.GetValues("Banyan-Receipt").Single();
        answer.Headers.GetValues("Link").ShouldBe([$"<http://test.example/log/v1/north/proofs/{receipt}>; rel=\"urn:banyan:rel:proof\""]);
    }

    [Fact]
    public async Task Write_Version2_AnswersNoContentAndStores()
    {
        using var answer = await _cell.WriteAsync("rain,station=x value=1.5,n=3i 1700000000000000000\nrain,station=y value=2,ok=t,s=\"a b\",u=7u 1700000000000000001\n");
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
        answer.Headers.GetValues("X-Influxdb-Version").Single().ShouldStartWith("2.");
        (await _cell.ReadAllAsync()).ShouldBe(
        [
            """b: rain {"station": "x"} n 1700000000000000000 = 3i""",
            """b: rain {"station": "x"} value 1700000000000000000 = 1.5""",
            """b: rain {"station": "y"} ok 1700000000000000001 = true""",
            "b: rain {\"station\": \"y\"} s 1700000000000000001 = \"a b\"",
            """b: rain {"station": "y"} u 1700000000000000001 = 7u""",
            """b: rain {"station": "y"} value 1700000000000000001 = 2""",
        ]);
    }

    [Fact]
    public async Task Write_Version1_MapsDatabaseAndPolicyAndPrecision()
    {
        foreach (var (path, time) in new[] { ("/write?db=telegraf&precision=s", "1700000000"), ("/write?db=telegraf&rp=week&precision=m", "28333333"), ("/write?db=telegraf&rp=autogen&precision=u", "1700000001000000") })
        {
            using var answer = await _cell.WriteAsync($"m v=1 {time}", path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        (await _cell.ReadAllAsync()).ShouldBe(["telegraf/week: m {} v 1699999980000000000 = 1", "telegraf: m {} v 1700000000000000000 = 1", "telegraf: m {} v 1700000001000000000 = 1"]);
    }

    [Fact]
    public async Task Write_Gzip_IsRead()
    {
        using var answer = await _cell.Client.PostAsync("/api/v2/write?bucket=b", Gzip("m v=1 5"u8.ToArray()));
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
        (await _cell.ReadAllAsync()).ShouldBe(["b: m {} v 5 = 1"]);
    }

    [Fact]
    public async Task Write_BrokenGzip_IsRefused()
    {
        var content = new ByteArrayContent("not gzip at all"u8.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await _cell.Client.PostAsync("/api/v2/write?bucket=b", content);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Json(answer)).GetProperty("code").GetString().ShouldBe("invalid");
    }

    [Fact]
    public async Task Write_DecompressionBomb_IsCutOff()
    {
        await using var cell = await ClimateCell.StartAsync(Settings(("climate:max-text", "1000000")));
        var bomb = new byte[20_000_000];
        Array.Fill(bomb, (byte)'\n');
        using var answer = await cell.Client.PostAsync("/api/v2/write?bucket=b", Gzip(bomb));
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await Json(answer)).GetProperty("code").GetString().ShouldBe("request too large");
    }

    [Fact]
    public async Task Write_BodyOverTheLimit_IsRefused()
    {
        await using var cell = await ClimateCell.StartAsync(Settings(("climate:max-body", "1000")));
        using var two = await cell.WriteAsync(new byte[1001]);
        two.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await Json(two)).GetProperty("code").GetString().ShouldBe("request too large");
        using var one = await cell.WriteAsync(new byte[1001], "/write?db=d");
        one.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await Json(one)).GetProperty("error").GetString()!.ShouldContain("1000 bytes");
    }

    [Fact]
    public async Task Write_SomeBadLines_StoresTheGoodOnesAndNamesTheBad()
    {
        const string Text = "m,a=1 v=1 1\nm,a=1 v= 2\nm,a=1 v=3 3\nm v=x 4\nm,a=1 v=5i 5\n";
        using var two = await _cell.WriteAsync(Text);
        two.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var json = await Json(two);
        json.GetProperty("code").GetString().ShouldBe("invalid");
        var message = json.GetProperty("message").GetString()!;
        message.ShouldStartWith("partial write: unable to parse 'm,a=1 v= 2': line 2:9: missing field value; ");
        message.ShouldContain("unable to parse 'm v=x 4': line 4:5: field value is neither number, boolean nor quoted string; ");
        message.ShouldContain("unable to parse 'm,a=1 v=5i 5': line 5:7: field type conflict; ");
        message.ShouldEndWith("dropped=3");
        (await _cell.ReadAllAsync()).ShouldBe(["""b: m {"a": "1"} v 1 = 1""", """b: m {"a": "1"} v 3 = 3"""]);

        using var one = await _cell.WriteAsync(Text, "/write?db=d");
        one.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Json(one)).GetProperty("error").GetString()!.ShouldStartWith("partial write: unable to parse");
    }

    [Fact]
    public async Task Write_ConflictingTypesAtOnce_KeepsTheFirst()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => _cell.WriteAsync(i % 2 == 0 ? $"c v=1 {i}" : $"c v=1i {i}")));
        answers.Count(a => a.StatusCode == HttpStatusCode.NoContent).ShouldBe(4);
        (await _cell.ReadAllAsync()).Count.ShouldBe(4);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task Write_PointsBeyondRetentionOrTooFarAhead_AreRefused()
    {
        await using var cell = await ClimateCell.StartAsync(Settings(("climate:retention", "30d"), ("climate:ahead", "1d")));
        var now = DateTimeOffset.UtcNow;
        string At(TimeSpan offset) => ((now + offset).ToUnixTimeMilliseconds() * 1_000_000).ToString(CultureInfo.InvariantCulture);
        using var answer = await cell.WriteAsync($"m v=1 {At(TimeSpan.FromDays(-31))}\nm v=2 {At(TimeSpan.FromDays(-29))}\nm v=3 {At(TimeSpan.FromHours(23))}\nm v=4 {At(TimeSpan.FromHours(25))}");
        var message = (await Json(answer)).GetProperty("message").GetString()!;
        message.ShouldContain("line 1:7: points beyond retention policy");
        message.ShouldContain("line 4:7: time too far ahead");
        message.ShouldEndWith("dropped=2");
        (await cell.ReadAllAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Write_WithoutTime_TakesTheClocksInThePrecision()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var answer = await _cell.WriteAsync("m v=1", "/api/v2/write?bucket=b&precision=s");
        var line = (await _cell.ReadAllAsync()).Single();
        var time = long.Parse(line.Split(' ')[4], CultureInfo.InvariantCulture);
        (time % 1_000_000_000).ShouldBe(0);
        (time / 1_000_000_000).ShouldBeInRange(before, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task Write_TheSameSeriesSpeltDifferently_IsOneSeries()
    {
        using var answer = await _cell.WriteAsync("m,a=1,b=x\\ y v=1 1\nm,b=x\\ y,a=1 v=2 2\nm,a=1,b=x\\ y v=3 3");
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _cell.QueryAsync<long>("SELECT count(*) FROM climate.series")).ShouldBe(1);
        (await _cell.ReadAllAsync()).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Write_ManyAtOnce_AllAreStoredOnce()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => _cell.WriteAsync($"m,host=h{i % 7} v={i}i {i}")));
        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.NoContent);
        (await _cell.ReadAllAsync()).Count.ShouldBe(300);
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task Write_OverTwoWeeks_IsCutAtTheWeek()
    {
        const long Week = 604_800_000_000_000;
        using var answer = await _cell.WriteAsync($"m v=1 {-1}\nm v=2 0\nm v=3 {Week - 1}\nm v=4 {Week}\nm v=5 {-Week - 1}");
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
        (await _cell.QueryAsync<long>("SELECT count(*) FROM climate.block")).ShouldBe(4);
        (await _cell.ReadAllAsync()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Write_WithIdempotencyKey_IsDoneOnceAndAnsweredTwice()
    {
        async Task<HttpResponseMessage> Send(string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/write?bucket=b") { Content = new StringContent(text) };
            request.Headers.Add("Idempotency-Key", "k1");
            return await _cell.Client.SendAsync(request);
        }

        using var first = await Send("m v=1 1\nm v=oops 2");
        using var again = await Send("m v=1 1\nm v=oops 2");
        first.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        again.Headers.GetValues("Idempotency-Replayed").Single().ShouldBe("true");
        again.Headers.GetValues("Banyan-Receipt").ShouldBe(first.Headers.GetValues("Banyan-Receipt"));
        (await _cell.QueryAsync<long>("SELECT count(*) FROM climate.block")).ShouldBe(1);
        using var other = await Send("m v=3 1");
        other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Write_OverTheLimitOfSeriesOrFields_RefusesWhatIsOver()
    {
        await using var cell = await ClimateCell.StartAsync(Settings(("climate:max-series", "2"), ("climate:max-fields", "2")));
        using var series = await cell.WriteAsync("m,a=1 v=1 1\nm,a=2 v=1 1\nm,a=3 v=1 1\nm,a=1 v=2 2");
        (await Json(series)).GetProperty("message").GetString()!.ShouldBe("partial write: unable to parse 'm,a=3 v=1 1': line 3:1: max series of the cell exceeded; dropped=1");
        using var fields = await cell.WriteAsync("m,a=1 v=1,w=2 3\nm,a=1 x=1 4");
        (await Json(fields)).GetProperty("message").GetString()!.ShouldContain("line 2:7: max fields of the measurement exceeded; dropped=1");
        (await cell.ReadAllAsync()).Count.ShouldBe(5);
    }

    [Theory]
    [InlineData("/api/v2/write?org=o", "bucket is required")]
    [InlineData("/write", "database is required")]
    [InlineData("/api/v2/write?bucket=b&precision=y", "invalid precision")]
    public async Task Write_BadParameters_AreNamed(string path, string message)
    {
        using var answer = await _cell.WriteAsync("m v=1", path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(message);
    }

    [Fact]
    public async Task Write_Journal_GetsOneEntryWithCounts()
    {
        using var answer = await _cell.WriteAsync("m v=1,w=2 1\nm v=1 9\nbad");
        var id = Guid.Parse(answer.Headers.GetValues("Banyan-Receipt").Single());
        var journal = _cell.Get<Banyan.Journal.IJournal>();
        Banyan.Journal.JournalEntry? entry = null;
        await foreach (var e in journal.FollowAsync(0, null, TestContext.Current.CancellationToken))
        {
            entry = e;
            break;
        }

        entry!.Id.ShouldBe(id);
        entry.Topic.ShouldBe("climate.readings");
        entry.Data.ShouldBe("""{"writes":1,"lines":2,"values":3,"refused":1,"from":1,"to":9,"namespaces":["b"]}""");
    }

    [Fact]
    public async Task Write_AfterARestart_KnowsSeriesAndTypes()
    {
        using (var first = await _cell.WriteAsync("m,a=1 v=1,s=\"x\" 1"))
            first.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await using var restarted = await ClimateCell.StartAsync(connectionString: _cell.ConnectionString);
        using (var second = await restarted.WriteAsync("m,a=1 v=2,w=3 2"))
            second.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var conflict = await restarted.WriteAsync("m,a=1 s=1 3");
        (await conflict.Content.ReadAsStringAsync()).ShouldContain("field type conflict");
        (await restarted.QueryAsync<long>("SELECT count(*) FROM climate.series")).ShouldBe(1);
        (await restarted.ReadAllAsync()).Count.ShouldBe(4);
    }

    private static Dictionary<string, string> Settings(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["climate:retention"] = "0" };
        foreach (var (key, value) in settings)
            all[key] = value;
        return all;
    }

    private static ByteArrayContent Gzip(byte[] text)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
            gzip.Write(text);
        var content = new ByteArrayContent(stream.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()));
        return document.RootElement.Clone();
    }
}
