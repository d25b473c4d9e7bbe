using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Hosting;
using Banyan.Cells.Personal;
using Banyan.Engines.Keys;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Services.Disaster.Tests.Webhooks;

/// <summary>A subscription is its maker's: in the person's export, and gone with the person.</summary>
public sealed class OwnerTests : IDisposable
{
    private const string Anna = "east.AAAAAAAAAAAAAAAAAAAAAA";
    private const string Ben = "east.BBBBBBBBBBBBBBBBBBBBBB";
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-owners-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Subscription_OfAPerson_IsInItsExportAndEndsWithItsDeletion()
    {
        await using var app = await StartAsync();
        await SubscribeAsync(app, Anna, "https://anna.example/hook");
        await SubscribeAsync(app, Ben, "https://ben.example/hook");
        using var anna = Client(app, Anna);

        using var export = JsonDocument.Parse(await (await anna.PostAsync("/personal/v1/me/exports", null)).Content.ReadAsStringAsync());
        var row = export.RootElement.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("table").GetString() == "disaster.subscriptions").GetProperty("rows").EnumerateArray().Single();
        row.GetProperty("url").GetString().ShouldBe("https://anna.example/hook");
        row.TryGetProperty("secret", out _).ShouldBeFalse();

        using var deleted = await anna.PostAsJsonAsync("/personal/v1/me/deletions", new { confirm = Anna });
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted, await deleted.Content.ReadAsStringAsync());
        await using var left = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT array_agg(owner || ' ' || url) FROM disaster.subscriptions");
        ((string[])(await left.ExecuteScalarAsync())!).ShouldBe([$"{Ben} https://ben.example/hook"]);
    }

    private static async Task SubscribeAsync(WebApplication app, string subject, string url)
    {
        using var client = Client(app, subject);
        using var response = await client.PostAsJsonAsync("/disaster/v1/subscriptions", new { url });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
    }

    private static HttpClient Client(WebApplication app, string subject) => new() { BaseAddress = new Uri(app.Urls.First()), DefaultRequestHeaders = { { "Test-Subject", subject } } };

    private async Task<WebApplication> StartAsync()
    {
        RootKeyFiles.Ensure(Path.Combine(_folder, "root.keys"), TimeProvider.System);
        var app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "kai", Region = "east", Partition = "east", PublicAddress = new Uri("https://east.kai.example") },
                ConnectionString = await PostgresServer.CreateDatabaseAsync(),
                Port = 0,
                Keys = new KeyOptions { Root = RootKeyFile.Open(Path.Combine(_folder, "root.keys")) },
            },
            [new DisasterService()],
            static builder => builder.Services.AddSingleton<IStartupFilter>(new Callers()));
        await app.StartAsync();
        return app;
    }

    /// <summary>Stands where the gateway makes sure of callers.</summary>
    private sealed class Callers : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, rest) =>
            {
                context.Features.Set(new Caller { Kind = CallerKind.Resident, Subject = context.Request.Headers["Test-Subject"].ToString(), Home = "east" });
                return rest(context);
            });
            next(app);
        };
    }
}
