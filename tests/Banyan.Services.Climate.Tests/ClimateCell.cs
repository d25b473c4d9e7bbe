using System.Globalization;
using System.Text;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Cells.Log;
using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Services.Climate.Tests;

/// <summary>A real cell that hosts the climate service, on a free port and a real database.</summary>
internal sealed class ClimateCell : IAsyncDisposable
{
    private ClimateCell(WebApplication app, string connectionString)
    {
        App = app;
        ConnectionString = connectionString;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public WebApplication App { get; }

    public string ConnectionString { get; }

    public HttpClient Client { get; }

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public static async Task<ClimateCell> StartAsync(IReadOnlyDictionary<string, string>? settings = null, string? connectionString = null, TimeProvider? time = null, CellLogOptions? log = null)
    {
        connectionString ??= await PostgresServer.CreateDatabaseAsync();
        var options = new CellOptions
        {
            Context = new CellContext
            {
                Platform = "test",
                Region = "north",
                Partition = "north",
                PublicAddress = new Uri("http://test.example"),
                Settings = settings ?? new Dictionary<string, string>(StringComparer.Ordinal) { ["climate:retention"] = "0" },
            },
            ConnectionString = connectionString,
            Port = 0,
            Time = time ?? TimeProvider.System,
            Log = log,
        };
        var app = CellHost.Build(options, [new ClimateService()]);
        await app.StartAsync();
        return new ClimateCell(app, connectionString);
    }

    public T Get<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    public Task<HttpResponseMessage> WriteAsync(string lines, string path = "/api/v2/write?org=o&bucket=b") => WriteAsync(Encoding.UTF8.GetBytes(lines), path);

    public Task<HttpResponseMessage> WriteAsync(byte[] lines, string path = "/api/v2/write?org=o&bucket=b") => Client.PostAsync(path, new ByteArrayContent(lines));

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Everything that is stored, one line of text a value, in order: <c>measurement,tag=value field=bits time</c>.</summary>
    public async Task<List<string>> ReadAllAsync()
    {
        await using var command = Database.CreateCommand("""
            SELECT n.name, m.name, s.tags::text, b.data, (SELECT array_agg(f.name ORDER BY f.number) FROM climate.field f WHERE f.measurement = m.id)
            FROM climate.block b JOIN climate.series s ON s.id = b.series JOIN climate.measurement m ON m.id = s.measurement JOIN climate.namespace n ON n.id = m.namespace
            ORDER BY b.id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            using var points = BlockCodec.Read(reader.GetFieldValue<byte[]>(3));
            var fields = reader.GetFieldValue<string[]>(4);
            for (var i = 0; i < points.Count; i++)
            {
                foreach (var column in points.Columns.Where(c => c.Has(i)))
                {
                    var bits = column.Values[i];
                    values[$"{reader.GetString(0)}: {reader.GetString(1)} {reader.GetString(2)} {fields[column.Field]} {points.Times[i]}"] = column.Kind switch
                    {
                        FieldKind.Float => BitConverter.Int64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture),
                        FieldKind.Unsigned => unchecked((ulong)bits).ToString(CultureInfo.InvariantCulture) + "u",
                        FieldKind.Boolean => bits != 0 ? "true" : "false",
                        FieldKind.String => $"\"{Encoding.UTF8.GetString(column.Text(bits))}\"",
                        _ => bits.ToString(CultureInfo.InvariantCulture) + "i",
                    };
                }
            }
        }

        return [.. values.Select(v => $"{v.Key} = {v.Value}")];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
