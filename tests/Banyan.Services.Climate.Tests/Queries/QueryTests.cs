using System.Net;
using System.Text.Json;
using Banyan.Services.Climate.Rollups;

namespace Banyan.Services.Climate.Tests.Queries;

public sealed class QueryTests : IAsyncLifetime
{
    private ClimateCell _cell = null!;

    public async ValueTask InitializeAsync()
    {
        _cell = await ClimateCell.StartAsync();
        using var a = await _cell.WriteAsync(
            "rain,station=x,country=KE mm=1.5,wet=true 1700000000000000000\n" +
            "rain,station=x,country=KE mm=2.5,note=\"a \\\"b\\\"\" 1700000060000000001\n" +
            "rain,station=y,country=KE mm=4 1700000000000000000\n" +
            "temp,station=x n=-7i,u=18446744073709551615u 1700000000000000000\n");
        using var b = await _cell.WriteAsync("rain,station=z mm=9 1700000000000000000", "/api/v2/write?bucket=other");
        a.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        b.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    public ValueTask DisposeAsync() => _cell.DisposeAsync();

    [Fact]
    public async Task Series_ByMeasurementAndTag_ArePaged()
    {
        var first = await GetAsync("/climate/v1/series?bucket=b&measurement=rain&tag.country=KE&limit=1");
        first.GetProperty("series").GetArrayLength().ShouldBe(1);
        first.GetProperty("series")[0].GetProperty("tags").GetProperty("station").GetString().ShouldBe("x");
        var second = await GetAsync($"/climate/v1/series?bucket=b&measurement=rain&tag.country=KE&limit=1&after={first.GetProperty("next").GetString()}");
        second.GetProperty("series")[0].GetProperty("tags").GetProperty("station").GetString().ShouldBe("y");
        second.TryGetProperty("next", out _).ShouldBeFalse();
        (await GetAsync("/climate/v1/series?measurement=rain")).GetProperty("series").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Measurements_OfABucket_HaveFieldsWithTypes()
    {
        (await TextAsync("/climate/v1/measurements?bucket=b")).ShouldBe(
            """{"measurements":[{"bucket":"b","measurement":"rain","fields":{"mm":"float","wet":"boolean","note":"string"}},{"bucket":"b","measurement":"temp","fields":{"n":"integer","u":"unsigned"}}]}""");
        (await TextAsync("/climate/v1/buckets")).ShouldBe("""{"buckets":["b","other"]}""");
    }

    [Fact]
    public async Task Readings_OfARange_HaveEveryTypeAndExactTimes()
    {
        var answer = await GetAsync("/climate/v1/readings?bucket=b&measurement=rain&tag.station=x&from=2023-11-14T22:13:20Z&to=2023-11-15T00:00:00Z");
        var series = answer.GetProperty("series")[0];
        series.GetProperty("columns").GetRawText().ShouldBe("""["time","mm","wet","note"]""");
        series.GetProperty("points").GetRawText().ShouldBe("""[["2023-11-14T22:13:20Z",1.5,true,null],["2023-11-14T22:14:20.000000001Z",2.5,null,"a \u0022b\u0022"]]""");
        (await GetAsync("/climate/v1/readings?measurement=temp&from=1700000000000000000&to=1700000000000000001")).GetProperty("series")[0].GetProperty("points").GetRawText()
            .ShouldBe("""[["2023-11-14T22:13:20Z",-7,18446744073709551615]]""");
        (await GetAsync("/climate/v1/readings?measurement=temp&from=1700000000000000001&to=now")).GetProperty("series").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Readings_OneFieldWithLimit_SaysWhereToGoOn()
    {
        using var more = await _cell.WriteAsync(string.Join('\n', Enumerable.Range(0, 500).Select(i => $"many v={i}i,w={i}i {1_700_000_000_000_000_000 + i}")));
        using var over = await _cell.WriteAsync(string.Join('\n', Enumerable.Range(0, 500).Reverse().Select(i => $"many v={i + 1000}i {1_700_000_000_000_000_000 + i}")));
        var from = "1700000000000000000";
        var seen = new List<long>();
        for (var page = 0; from.Length > 0; page++)
        {
            page.ShouldBeLessThan(10);
            var series = (await GetAsync($"/climate/v1/readings?measurement=many&field=v&from={from}&to=now&limit=120")).GetProperty("series")[0];
            seen.AddRange(series.GetProperty("points").EnumerateArray().Select(p => p[1].GetInt64()));
            from = series.TryGetProperty("next", out var next) ? next.GetString()! : "";
        }

        seen.ShouldBe(Enumerable.Range(1000, 500).Select(i => (long)i));
    }

    [Fact]
    public async Task Readings_AsLines_CanBeWrittenAgain()
    {
        var lines = await TextAsync("/climate/v1/readings?bucket=b&measurement=rain&from=1700000000000000000&format=line");
        lines.ShouldBe(
            "rain,country=KE,station=x mm=1.5,wet=true 1700000000000000000\n" +
            "rain,country=KE,station=x mm=2.5,note=\"a \\\"b\\\"\" 1700000060000000001\n" +
            "rain,country=KE,station=y mm=4 1700000000000000000\n");
        using var again = await _cell.WriteAsync(lines, "/api/v2/write?bucket=copy");
        again.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await TextAsync("/climate/v1/readings?bucket=copy&measurement=rain&from=1700000000000000000&format=line")).ShouldBe(lines);
    }

    [Theory]
    [InlineData("mean", "2")]
    [InlineData("sum", "4")]
    [InlineData("min", "1.5")]
    [InlineData("max", "2.5")]
    [InlineData("count", "2")]
    [InlineData("first", "1.5")]
    [InlineData("last", "2.5")]
    public async Task Aggregate_EveryFunction_IsTheSameFromReadingsAndRollups(string function, string value)
    {
        var path = $"/climate/v1/aggregate?bucket=b&measurement=rain&field=mm&tag.station=x&from=2023-11-14T00:00:00Z&to=2023-11-15T00:00:00Z&every=1d&fn={function}";
        for (var i = 0; i < 2; i++)
        {
            (await GetAsync(path)).GetProperty("series")[0].GetProperty("points").GetRawText().ShouldBe($"""[["2023-11-14T00:00:00Z",{value}]]""");
            await _cell.Get<RollupMaker>().RunAllAsync(CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("", """[["2023-11-14T22:13:00Z",1.5],["2023-11-14T22:14:00Z",2.5]]""")]
    [InlineData("null", """[["2023-11-14T22:12:00Z",null],["2023-11-14T22:13:00Z",1.5],["2023-11-14T22:14:00Z",2.5],["2023-11-14T22:15:00Z",null]]""")]
    [InlineData("previous", """[["2023-11-14T22:12:00Z",null],["2023-11-14T22:13:00Z",1.5],["2023-11-14T22:14:00Z",2.5],["2023-11-14T22:15:00Z",2.5]]""")]
    [InlineData("0", """[["2023-11-14T22:12:00Z",0],["2023-11-14T22:13:00Z",1.5],["2023-11-14T22:14:00Z",2.5],["2023-11-14T22:15:00Z",0]]""")]
    public async Task Aggregate_Fill_StandsWhereNothingIs(string fill, string points) =>
        (await GetAsync($"/climate/v1/aggregate?bucket=b&measurement=rain&field=mm&tag.station=x&from=2023-11-14T22:12:00Z&to=2023-11-14T22:16:00Z&every=1m&fill={fill}"))
            .GetProperty("series")[0].GetProperty("points").GetRawText().ShouldBe(points);

    [Theory]
    [InlineData("/climate/v1/readings", "measurement is missing.")]
    [InlineData("/climate/v1/readings?measurement=m&from=yesterday", "from is 'yesterday'; it must be a time")]
    [InlineData("/climate/v1/readings?measurement=m&limit=0", "limit is '0'; it must be a whole number from 1 to 100000.")]
    [InlineData("/climate/v1/readings?measurement=m&tags.station=x", "tags.station is not a parameter here")]
    [InlineData("/climate/v1/aggregate?measurement=m&field=f&every=5x", "every is '5x'; it must be a duration")]
    [InlineData("/climate/v1/aggregate?measurement=m&field=f&fn=median", "fn is 'median'; it must be one of mean, sum")]
    [InlineData("/climate/v1/aggregate?measurement=rain&field=mm&every=1ns", "more than 100000 points")]
    [InlineData("/climate/v1/aggregate?measurement=rain&field=note&from=1", "note is a string; only fn=count")]
    [InlineData("/climate/v1/series?after=x", "after is 'x'")]
    public async Task Query_WithAMistake_IsAProblemThatNamesIt(string path, string detail)
    {
        using var answer = await _cell.Client.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        json.RootElement.GetProperty("type").GetString().ShouldBe("urn:banyan:problem:climate-query-invalid");
        json.RootElement.GetProperty("detail").GetString()!.ShouldContain(detail);
    }

    [Theory]
    [InlineData("2026-03-01T12:00:00Z", 1772366400000000000)]
    [InlineData("2026-03-01T12:00:00.123456789+03:00", 1772355600123456789)]
    [InlineData("2026-03-01", 1772323200000000000)]
    [InlineData("1969-12-31T23:59:59.5Z", -500000000)]
    [InlineData("-5", -5)]
    [InlineData("now", 1000)]
    [InlineData("now-1us", 0)]
    public void Timestamp_InEveryForm_IsRead(string text, long time)
    {
        Timestamps.TryParse(text, 1000, out var read).ShouldBeTrue();
        read.ShouldBe(time);
        Timestamps.TryParse(Timestamps.Format(read), 0, out var again).ShouldBeTrue();
        again.ShouldBe(time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("noon")]
    [InlineData("2026-13-01T00:00:00Z")]
    [InlineData("2026-03-01T12:00:00.Z")]
    [InlineData("2026-03-01T12:00:00.1234567890Z")]
    [InlineData("9223372036854775807")]
    [InlineData("now-x")]
    public void Timestamp_InNoForm_IsRefused(string text) => Timestamps.TryParse(text, 0, out _).ShouldBeFalse();

    [Theory]
    [InlineData("0", 0, "0")]
    [InlineData("90s", 90_000_000_000, "1m30s")]
    [InlineData("1d12h", 129_600_000_000_000, "1d12h")]
    [InlineData("2w", 1_209_600_000_000_000, "2w")]
    [InlineData("5µs", 5_000, "5us")]
    [InlineData("7ns", 7, "7ns")]
    public void Duration_WithUnits_IsReadAndWritten(string text, long nanoseconds, string written)
    {
        Durations.TryParse(text, out var read).ShouldBeTrue();
        read.ShouldBe(nanoseconds);
        Durations.Format(read).ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("h")]
    [InlineData("-1h")]
    [InlineData("1 h")]
    [InlineData("999999w")]
    [InlineData("15000w15000w")]
    public void Duration_Wrong_IsRefused(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    private async Task<JsonElement> GetAsync(string path)
    {
        using var json = JsonDocument.Parse(await TextAsync(path));
        return json.RootElement.Clone();
    }

    private async Task<string> TextAsync(string path)
    {
        using var answer = await _cell.Client.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return text;
    }
}
