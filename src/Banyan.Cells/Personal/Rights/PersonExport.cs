using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Residency;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Cells.Personal.Rights;

/// <summary>
/// Writes everything that the partition holds on a person as one JSON document, from what services say of their tables: by
/// construction it leaves out none that is stated, and a table that is not stated fails a test. One moment of the database.
/// </summary>
internal sealed class PersonExport(NpgsqlDataSource database, DataCatalog catalog, IKeyVault vault, CellContext cell, TimeProvider time)
{
    public const string Format = "banyan-personal-export/1";
    private const int FlushBytes = 64 * 1024;

    /// <param name="output">Takes the document; what is written is flushed as it grows.</param>
    /// <param name="subject">The person.</param>
    /// <param name="receipt">The journal entry that says that the export was made.</param>
    /// <param name="more">Adds what is not this partition's, at the end.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task WriteAsync(Stream output, string subject, Guid receipt, Func<Utf8JsonWriter, Task> more, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("format"u8, Format);
        json.WriteString("platform"u8, cell.Platform);
        json.WriteString("partition"u8, cell.Partition);
        json.WriteString("subject"u8, subject);
        json.WriteString("made_at"u8, time.GetUtcNow());
        json.WriteString("receipt"u8, receipt);
        json.WriteStartArray("tables"u8);
        foreach (var (service, table) in catalog.Tables.Where(static t => t.Table.Rows is not null))
            await WriteTableAsync(json, transaction, service, table, subject, cancellationToken);
        json.WriteEndArray();
        json.WriteStartArray("objects"u8);
        foreach (var objects in catalog.Objects.Where(static o => o.Class == ResidencyClass.Personal))
            json.WriteStringValue(objects.Name);
        json.WriteEndArray();
        await more(json);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    private async Task WriteTableAsync(Utf8JsonWriter json, NpgsqlTransaction transaction, string service, TableData table, string subject, CancellationToken cancellationToken)
    {
        var rows = table.Rows!;
        json.WriteStartObject();
        json.WriteString("service"u8, service);
        json.WriteString("table"u8, table.Name);
        if (rows.Kept is { } kept)
            json.WriteString("kept_after_deletion"u8, kept);
        if (rows.Withheld.Count > 0)
        {
            json.WriteStartObject("withheld"u8);
            foreach (var column in rows.Withheld)
                json.WriteString(column.Column, column.Why);
            json.WriteEndObject();
        }

        if (rows.Where is not null)
        {
            json.WriteStartArray("rows"u8);
            await WriteRowsAsync(json, transaction, table.Name, rows, subject, cancellationToken);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private async Task WriteRowsAsync(Utf8JsonWriter json, NpgsqlTransaction transaction, string table, PersonRows rows, string subject, CancellationToken cancellationToken)
    {
        // Names of tables and columns, and conditions, are constants of services' code: they can't be parameters.
        var sealedColumns = string.Concat(rows.Sealed.Select(static s => $", t.{s.Column}"));
        await using var command = new NpgsqlCommand($"SELECT (to_jsonb(t) - $2)::text{sealedColumns} FROM {table} AS t WHERE {rows.Where}", transaction.Connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = subject, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string[]> { TypedValue = [.. rows.Withheld.Select(static w => w.Column), .. rows.Sealed.Select(static s => s.Column)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            json.WriteStartObject();
            using (var plain = JsonDocument.Parse(reader.GetString(0)))
            {
                foreach (var member in plain.RootElement.EnumerateObject())
                    member.WriteTo(json);
            }

            for (var i = 0; i < rows.Sealed.Count; i++)
            {
                json.WritePropertyName(rows.Sealed[i].Column);
                if (await reader.IsDBNullAsync(i + 1, cancellationToken))
                    json.WriteNullValue();
                else
                    await WriteSealedAsync(json, rows.Sealed[i], subject, reader.GetFieldValue<byte[]>(i + 1), cancellationToken);
            }

            json.WriteEndObject();
            if (json.BytesPending > FlushBytes)
                await json.FlushAsync(cancellationToken);
        }
    }

    private async Task WriteSealedAsync(Utf8JsonWriter json, SealedColumn column, string subject, byte[] value, CancellationToken cancellationToken)
    {
        byte[]? plain;
        try
        {
            plain = await vault.RevealAsync(subject, column.Field, value, cancellationToken);
        }
        catch (CryptographicException)
        {
            // One damaged value must not keep all else from the person: the document says that it is.
            json.WriteStartObject();
            json.WriteBoolean("unreadable"u8, true);
            json.WriteEndObject();
            return;
        }

        if (plain is null)
            json.WriteNullValue();
        else if (column.IsText)
            json.WriteStringValue(Encoding.UTF8.GetString(plain));
        else
            json.WriteBase64StringValue(plain);
    }
}
