using System.Net;

namespace Banyan.Services.Climate.Tests.Influx;

/// <summary>What Telegraf's output for InfluxDB 1.x says before it writes.</summary>
public sealed class QueryTests : IAsyncLifetime
{
    private ClimateCell _cell = null!;

    public async ValueTask InitializeAsync() => _cell = await ClimateCell.StartAsync();

    public ValueTask DisposeAsync() => _cell.DisposeAsync();

    [Theory]
    [InlineData("CREATE DATABASE \"telegraf\"")]
    [InlineData("create database telegraf;")]
    [InlineData("CREATE DATABASE \"tele graf\" WITH DURATION 30d NAME \"month\"")]
    public async Task Query_CreateDatabase_IsAnsweredAsByInfluxDb(string statement)
    {
        using var form = new FormUrlEncodedContent([new("q", statement)]);
        using var posted = await _cell.Client.PostAsync("/query", form);
        posted.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await posted.Content.ReadAsStringAsync()).ShouldBe("{\"results\":[{\"statement_id\":0}]}\n");
        using var asked = await _cell.Client.PostAsync($"/query?q={Uri.EscapeDataString(statement)}", null);
        asked.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("SELECT * FROM cpu")]
    [InlineData("DROP DATABASE telegraf")]
    [InlineData("CREATE DATABASE a; DROP DATABASE b")]
    [InlineData("")]
    public async Task Query_AnythingElse_IsRefusedAndSaysWhereToAsk(string statement)
    {
        using var answer = await _cell.Client.PostAsync($"/query?q={Uri.EscapeDataString(statement)}", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("/climate/v1/readings");
    }
}
