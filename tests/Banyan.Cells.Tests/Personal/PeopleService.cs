using Banyan.Cells.Personal;
using Banyan.Cells.Residency;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Tests.Personal;

/// <summary>A service that keeps persons: a sealed name, a nickname, a secret, and their visits.</summary>
internal static class PeopleService
{
    public const string Topic = "people.persons";

    public static TestService Create() => new()
    {
        Name = "people",
        Migrations =
        [
            new(1, "people", """
                CREATE TABLE person (subject text PRIMARY KEY, name bytea, photo bytea, nickname text, password_hash text NOT NULL, born date);
                CREATE TABLE visit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person text NOT NULL REFERENCES person, place text NOT NULL);
                CREATE TABLE place (name text PRIMARY KEY);
                """),
        ],
        Data = new ServiceData
        {
            Tables =
            [
                TableData.OfPersons("people.visit", PersonRows.OfColumn("person")),
                TableData.OfPersons("people.person", new PersonRows
                {
                    Where = "t.subject = $1",
                    Sealed = [new("name", "people.person.name"), new("photo", "people.person.photo", IsText: false)],
                    Withheld = [new("password_hash", "proves who you are, and could be guessed from")],
                    Correctable = [new("people.name", "name", 100), new("people.nickname", "nickname", 20)],
                }),
                new("people.place", ResidencyClass.Public),
            ],
            Topics = [new(Topic, ResidencyClass.Personal), new("people.places", ResidencyClass.Public), new("people.counts", ResidencyClass.Internal), new("people.laws", ResidencyClass.Jurisdiction)],
        },
        Endpoints = static r => r.MapGet("/people/v1/persons/{subject}/name", async (string subject, IKeyVault vault, NpgsqlDataSource database, CancellationToken stop) =>
        {
            await using var command = database.CreateCommand("SELECT name FROM people.person WHERE subject = $1");
            command.Parameters.Add(new() { Value = subject });
            var name = await vault.RevealAsync(subject, "people.person.name", (byte[])(await command.ExecuteScalarAsync(stop))!, stop);
            return Results.Bytes(name ?? [], "text/plain");
        }),
    };

    /// <summary>Keeps a person with two visits, and an entry in the journal that names it.</summary>
    public static async Task AddAsync(TestCell cell, string subject, string name, CancellationToken stop)
    {
        var services = cell.App.Services;
        var vault = services.GetRequiredService<IKeyVault>();
        await services.GetRequiredService<IJournal>().CommitAsync(
            new Change
            {
                Answer = new StoredAnswer(204),
                Statements =
                [
                    new("INSERT INTO people.person (subject, name, photo, nickname, password_hash, born) VALUES ($1, $2, $3, $4, 'hash-of-a-password', '1990-02-03')")
                    {
                        Parameters =
                        {
                            new() { Value = subject }, new() { Value = await vault.ProtectAsync(subject, "people.person.name", System.Text.Encoding.UTF8.GetBytes(name), stop) },
                            new() { Value = await vault.ProtectAsync(subject, "people.person.photo", new byte[] { 1, 2, 3 }, stop) }, new() { Value = $"{name[..2]}nick" },
                        },
                    },
                    new("INSERT INTO people.visit (person, place) VALUES ($1, 'library'), ($1, 'harbour')") { Parameters = { new() { Value = subject } } },
                ],
                Events = [new JournalEvent { Topic = Topic, Type = "people.person.added.v1", Subject = subject, Data = "{}" }],
            },
            stop);
    }
}
