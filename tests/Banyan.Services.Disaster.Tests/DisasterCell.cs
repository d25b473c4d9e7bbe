using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Services.Disaster.Tests;

/// <summary>A real cell with the disaster service, on a database of its own, and a client.</summary>
internal sealed class DisasterCell : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private DisasterCell(WebApplication app, string connectionString, ShiftedTime time)
    {
        App = app;
        ConnectionString = connectionString;
        Time = time;
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public WebApplication App { get; }

    public string ConnectionString { get; }

    public ShiftedTime Time { get; }

    public HttpClient Client { get; }

    public NpgsqlDataSource Database => App.Services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<DisasterCell> StartAsync(string? connectionString = null, ShiftedTime? time = null, params (string Key, string Value)[] settings)
    {
        connectionString ??= await PostgresServer.CreateDatabaseAsync();
        time ??= new ShiftedTime(AlertXml.Start);
        var app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext
                {
                    Platform = "kai",
                    Region = "east",
                    Partition = "east",
                    PublicAddress = new Uri("https://east.kai.example"),
                    Settings = settings.ToDictionary(s => s.Key, s => s.Value),
                },
                ConnectionString = connectionString,
                Port = 0,
                Time = time,
            },
            [new DisasterService()]);
        await app.StartAsync();
        return new DisasterCell(app, connectionString, time);
    }

    public Task<HttpResponseMessage> PostAsync(AlertXml alert, string? key = null) => PostAsync(alert.Bytes, key);

    public async Task<HttpResponseMessage> PostAsync(byte[] cap, string? key = null, string contentType = "application/cap+xml")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/disaster/v1/alerts") { Content = new ByteArrayContent(cap) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Client.SendAsync(request);
    }

    /// <summary>Posts what must be accepted; returns its id.</summary>
    public async Task<Guid> IssueAsync(AlertXml alert)
    {
        using var response = await PostAsync(alert);
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Created, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("id").GetGuid();
    }

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var response = await Client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }

    /// <summary>Identifiers of the active alerts, newest first.</summary>
    public async Task<List<string>> ListAsync(string query = "") =>
        [.. (await GetJsonAsync("/disaster/v1/alerts" + query)).GetProperty("alerts").EnumerateArray().Select(a => a.GetProperty("identifier").GetString()!)];

    /// <summary>Waits until the active alerts are these, newest first.</summary>
    public Task UntilListedAsync(params string[] identifiers) => UntilAsync(async () => (await ListAsync()).SequenceEqual(identifiers), $"listed: {string.Join(", ", identifiers)}");

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var deadline = DateTimeOffset.UtcNow + Patience;
        while (!await holds())
        {
            if (DateTimeOffset.UtcNow > deadline)
                throw new ShouldAssertException($"Not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
