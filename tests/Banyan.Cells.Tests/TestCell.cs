using Banyan.Cells.Hosting;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Tests;

/// <summary>A real cell on a free port, with a client; its database is a new one unless given.</summary>
internal sealed class TestCell : IAsyncDisposable
{
    private TestCell(WebApplication app, string connectionString)
    {
        App = app;
        ConnectionString = connectionString;
    }

    public WebApplication App { get; }

    public string ConnectionString { get; }

    /// <summary>Valid once the cell listens.</summary>
    public Uri Address => new(App.Urls.First());

    public HttpClient Client => field ??= new HttpClient { BaseAddress = Address };

    public static CellOptions Options(string connectionString) => new()
    {
        Context = new CellContext { Platform = "test", Region = "north", Partition = "north", PublicAddress = new Uri("http://test.example") },
        ConnectionString = connectionString,
        Port = 0,
    };

    public static async Task<TestCell> BuildAsync(IReadOnlyList<IService> services, string? connectionString = null, Func<CellOptions, CellOptions>? change = null, Action<WebApplicationBuilder>? configure = null)
    {
        connectionString ??= await PostgresServer.CreateDatabaseAsync();
        var options = Options(connectionString);
        return new TestCell(CellHost.Build(change?.Invoke(options) ?? options, services, configure), connectionString);
    }

    public static async Task<TestCell> StartAsync(IReadOnlyList<IService> services, string? connectionString = null, Func<CellOptions, CellOptions>? change = null, Action<WebApplicationBuilder>? configure = null)
    {
        var cell = await BuildAsync(services, connectionString, change, configure);
        await cell.App.StartAsync();
        return cell;
    }

    public async ValueTask DisposeAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
