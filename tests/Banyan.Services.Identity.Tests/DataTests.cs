using Npgsql;

namespace Banyan.Services.Identity.Tests;

/// <summary>What the service says of its data, against its schema.</summary>
public class DataTests
{
    [Fact]
    public async Task Data_EveryTable_IsStatedWithColumnsThatAreThere()
    {
        await using var cell = await IdentityCell.StartAsync();
        var columns = new Dictionary<string, Dictionary<string, string>>();
        await using (var command = cell.Database.CreateCommand("SELECT table_schema || '.' || table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'identity'"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                var table = columns.TryGetValue(reader.GetString(0), out var known) ? known : columns[reader.GetString(0)] = [];
                table[reader.GetString(1)] = reader.GetString(2);
            }
        }

        IdentityData.Data.Tables.Select(t => t.Name).Order().ShouldBe(columns.Keys.Order());
        foreach (var table in IdentityData.Data.Tables.Where(t => t.Rows is not null))
        {
            table.Rows!.Sealed.ShouldAllBe(s => columns[table.Name].GetValueOrDefault(s.Column) == "bytea", table.Name);
            table.Rows.Withheld.ShouldAllBe(w => columns[table.Name].ContainsKey(w.Column), table.Name);
            // Every byte of a person's row is either opened for the person, or withheld for a reason.
            columns[table.Name].Where(c => c.Value == "bytea").Select(c => c.Key).ShouldAllBe(c => table.Rows.Sealed.Any(s => s.Column == c) || table.Rows.Withheld.Any(w => w.Column == c), table.Name);
            await using var count = cell.Database.CreateCommand($"SELECT count(*) FROM {table.Name} AS t WHERE {table.Rows.Where}");
            count.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "nowhere.nobody" });
            (await count.ExecuteScalarAsync()).ShouldBe(0L);
        }

        new IdentityService().Topics.Order().ShouldBe(IdentityData.Data.Topics.Select(t => t.Name).Order());
    }
}
