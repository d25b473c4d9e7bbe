using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Cells.Personal.Vault;
using Banyan.Engines.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Cells.Personal.Rights;

/// <summary><c>/personal/v1/keys</c>: how the partition's keys are, and their rotation; never a key.</summary>
internal sealed class KeyEndpoints(NpgsqlDataSource database, IRootKeys root, KeyRewrap rewrap, KeyKeeping keeping)
{
    private const string Tag = PersonalService.ServiceName;

    private const string SelectVersions = """
        SELECT p.version, p.root_version, p.made_at, (SELECT count(*) FROM personal.key k WHERE k.partition_version = p.version) FROM personal.partition_key p ORDER BY p.version
        """;

    private const string CountShredded = "SELECT count(*) FROM personal.key WHERE shredded_at IS NOT NULL";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/personal/v1/keys", GetAsync).Requires("personal.keys.read").Describe(Tag, "The partition's keys by version, and what is wrapped under each", 200, "application/json", 401, 403);
        routes.MapPost("/personal/v1/keys/rotations", RotateAsync).Requires("personal.keys.rotate").TakesNothing().Describe(Tag, "Gives the partition another key; what is wrapped under the old one is wrapped again", 202, "application/json", 401, 403);
    }

    /// <summary>Null where the caller may: staff, and the platform's own processes and tools.</summary>
    private static IResult? Refusal(HttpContext context) => context.Caller().Kind switch
    {
        CallerKind.Staff or CallerKind.Platform => null,
        CallerKind.Anonymous => Problem.Create(StatusCodes.Status401Unauthorized, "unauthenticated", "Who asks is not known", "Send a token or a key."),
        _ => Problem.Create(StatusCodes.Status403Forbidden, "forbidden", "Not allowed", "This is for staff."),
    };

    private async Task GetAsync(HttpContext context)
    {
        if (Refusal(context) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        var stop = context.RequestAborted;
        var versions = new List<(int Version, int Root, DateTimeOffset MadeAt, long Keys)>();
        await using (var command = database.CreateCommand(SelectVersions))
        await using (var reader = await command.ExecuteReaderAsync(stop))
        {
            while (await reader.ReadAsync(stop))
                versions.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3)));
        }

        await using var count = database.CreateCommand(CountShredded);
        var shredded = (long)(await count.ExecuteScalarAsync(stop))!;
        await JsonAnswer.Of(json =>
        {
            json.WriteNumber("root_version"u8, root.CurrentVersion);
            json.WriteStartArray("partition_keys"u8);
            foreach (var (version, under, madeAt, keys) in versions)
            {
                json.WriteStartObject();
                json.WriteNumber("version"u8, version);
                json.WriteNumber("root_version"u8, under);
                json.WriteString("made_at"u8, madeAt);
                json.WriteNumber("keys"u8, keys);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("shredded"u8, shredded);
            json.WriteString("problem"u8, keeping.Problem);
        }).ExecuteAsync(context);
    }

    private async Task RotateAsync(HttpContext context)
    {
        if (Refusal(context) is { } refusal)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        var version = await rewrap.RotateAsync(context.RequestAborted);
        keeping.Ask();
        await JsonAnswer.Of(json => json.WriteNumber("version"u8, version), StatusCodes.Status202Accepted).ExecuteAsync(context);
    }
}
