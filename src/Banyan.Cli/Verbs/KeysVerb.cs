using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Engines.Keys;
using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan keys</c>: the versions of a platform's root key, another one, and the end of those that nothing needs any more. Never shows a key.</summary>
internal sealed class KeysVerb : Verb
{
    private const string SelectNeeded = "SELECT min(root_version) FROM personal.partition_key";
    private readonly Argument<string> _action = new("ACTION") { Description = "show, rotate or retire", DefaultValueFactory = static _ => "show" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public KeysVerb()
        : base("keys", "Shows, rotates and retires the root keys that personal data is sealed under")
    {
        _action.AcceptOnlyFromAmong("show", "rotate", "retire");
        Add(_action);
        Add(_data);
        Add(_format);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan keys", "which versions there are, and what each database needs"),
        ("banyan keys rotate", "another root key; cells wrap their keys under it within minutes"),
        ("banyan keys retire", "forgets old versions, when no database needs them; older backups can't be read after that"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        if (platform.Keys is not { } keys)
            throw new CommandFailure($"the platform in {data.Root} was made before there were keys: run `banyan up` once more");
        try
        {
            var file = keys.PathIn(data);
            var action = input.GetRequiredValue(_action);
            if (action == "rotate")
                RootKeyFiles.Rotate(file, context.Time);
            var versions = RootKeyFile.Open(file).Versions;
            var needs = await NeedsAsync(data, platform, context.Time, cancellationToken);
            if (action == "retire")
                versions = Retire(file, versions, needs);
            Write(context.Terminal, input.GetValue(_format) == OutputFormat.Json, file, versions, needs);
            return ExitCode.Holds;
        }
        catch (RootKeyException error)
        {
            throw new CommandFailure(error.Message.TrimEnd('.'));
        }
    }

    private static IReadOnlyList<int> Retire(string file, IReadOnlyList<int> versions, IReadOnlyList<Need> needs)
    {
        if (needs.FirstOrDefault(static n => n.Problem is not null) is { } silent)
            throw new CommandFailure($"the database of {silent.Partition} in {silent.Region} does not say which root keys it needs ({silent.Problem}): start it first");
        if (needs.FirstOrDefault(n => n.Version is { } needed && needed < versions[^1]) is { } late)
            throw new CommandFailure($"the database of {late.Partition} in {late.Region} still needs root key {late.Version}: its cell wraps its keys under {versions[^1]} within 5 minutes while it serves");
        RootKeyFiles.Retire(file);
        return [versions[^1]];
    }

    /// <summary>Asks each database, standbys too: what they have not received yet they still need.</summary>
    private static async Task<IReadOnlyList<Need>> NeedsAsync(DataFolder data, PlatformState platform, TimeProvider time, CancellationToken cancellationToken)
    {
        var needs = new List<Need>();
        foreach (var partition in platform.Partitions)
        {
            foreach (var database in partition.Databases)
            {
                var region = platform.FindRegion(database.Region);
                if (region is null)
                    continue;
                // As the region's cell, whose password it shows too: who may read the one may read the other.
                using var links = database.ConnectionFrom is null ? platform.Join(data, ProcessLinks.CellOf(region.Name), time).Links : null;
                needs.Add(await AskAsync(partition.Name, region.Name, CellVerb.ConnectionString(region, partition, database, data), PostgresLink.To(links, region.Name), cancellationToken));
            }
        }

        return needs;
    }

    private static async Task<Need> AskAsync(string partition, string region, string connectionString, PostgresLink? link, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = PostgresLink.Open(new NpgsqlConnectionStringBuilder(connectionString) { Timeout = 3, CommandTimeout = 5, Pooling = false }, link);
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(SelectNeeded, connection);
            return new Need(partition, region, await command.ExecuteScalarAsync(cancellationToken) as int?, null);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return new Need(partition, region, null, null);
        }
        catch (NpgsqlException error)
        {
            return new Need(partition, region, null, error.Message);
        }
    }

    private static void Write(Terminal terminal, bool json, string file, IReadOnlyList<int> versions, IReadOnlyList<Need> needs)
    {
        if (!json)
        {
            terminal.Out.WriteLine($"{file}: root key {versions[^1]} wraps{(versions.Count > 1 ? $"; {string.Join(", ", versions.SkipLast(1))} kept for what is not wrapped again yet" : "")}");
            foreach (var need in needs)
                terminal.Out.WriteLine($"{need.Partition} in {need.Region}: {(need.Problem is not null ? $"does not answer ({need.Problem})" : need.Version is { } version ? $"needs root key {version}{(version < versions[^1] ? "" : " alone")}" : "has sealed nothing yet")}");
            return;
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("file"u8, file);
            writer.WriteNumber("current"u8, versions[^1]);
            writer.WriteStartArray("versions"u8);
            foreach (var version in versions)
                writer.WriteNumberValue(version);
            writer.WriteEndArray();
            writer.WriteStartArray("databases"u8);
            foreach (var need in needs)
            {
                writer.WriteStartObject();
                writer.WriteString("partition"u8, need.Partition);
                writer.WriteString("region"u8, need.Region);
                if (need.Version is { } version)
                    writer.WriteNumber("needs"u8, version);
                else
                    writer.WriteNull("needs"u8);
                writer.WriteString("problem"u8, need.Problem);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        terminal.Out.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private sealed record Need(string Partition, string Region, int? Version, string? Problem);
}
