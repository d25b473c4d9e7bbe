using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Peers;
using Banyan.Services.Identity.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Identity.Elsewhere;

/// <summary>
/// Finds the partition whose people an address is of, by asking each of the platform's for its keyed hash. An address that
/// nobody has gets a home too, always the same one: what follows, and how long it takes, is what it is for one that somebody
/// has. All are asked each time, and all are waited for, so that an answer's time says nothing either; one that was silent is waited
/// for shorter for a while, whatever address it is. Thread-safe.
/// </summary>
internal sealed class HomeFinder(IPartitionPeers peers, NpgsqlDataSource database, CellContext cell, TimeProvider time)
{
    /// <summary>For the answers of all partitions together.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>For one that has not answered within <see cref="Patience"/> lately: enough for a region that is back, and little for those who log in meanwhile.</summary>
    internal static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>For how long that is remembered.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromSeconds(10);
    private const string Path = "/cell/v1/identity/homes";
    private const string Select = "SELECT EXISTS (SELECT FROM identity.identifiers WHERE fingerprint = $1)";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _silentUntil = new(StringComparer.Ordinal);
    private readonly string[] _others = [.. peers.Partitions.Where(p => p != cell.Partition).Order(StringComparer.Ordinal)];

    /// <summary>Where an address belongs.</summary>
    /// <param name="Partition">To this partition.</param>
    /// <param name="IsKnown">Whether somebody there has it; never told to who asks.</param>
    /// <param name="IsSure">Whether every partition answered.</param>
    public readonly record struct Home(string Partition, bool IsKnown, bool IsSure);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(Path, (Delegate)AnswerAsync).ForCells().WithBodyLimit(JsonBody.MaxLength).TakesJson(JsonShape.Object(("fingerprint", JsonShape.Text(JsonBody.MaxLength).OrNull()))).Describe(IdentityService.ServiceName, "Whether an address of this keyed hash is known here; for cells", 200, "application/json");

    /// <summary>Whether a partition can be asked, ours among them.</summary>
    public bool IsPartition(string name) => name == cell.Partition || _others.Contains(name);

    /// <summary>The home of an address.</summary>
    /// <param name="fingerprint">Its keyed hash; nothing else of it leaves this region.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Home> FindAsync(byte[] fingerprint, CancellationToken cancellationToken)
    {
        if (_others.Length == 0)
            return new Home(cell.Partition, false, true);
        var asked = _others.Select(p => AskAsync(p, fingerprint, cancellationToken)).ToArray();
        var here = await IsHereAsync(fingerprint, cancellationToken);
        var answers = await Task.WhenAll(asked);
        cancellationToken.ThrowIfCancellationRequested();
        var isSure = !answers.Contains(null);
        if (here)
            return new Home(cell.Partition, true, isSure);
        if (Array.IndexOf(answers, true) is >= 0 and var found)
            return new Home(_others[found], true, isSure);
        return new Home(Pretended(fingerprint, answers), false, isSure);
    }

    /// <summary>Whether another partition has the address; one that does not answer has not.</summary>
    public async Task<bool> IsElsewhereAsync(byte[] fingerprint, CancellationToken cancellationToken) =>
        (await Task.WhenAll(_others.Select(p => AskAsync(p, fingerprint, cancellationToken)))).Contains(true);

    /// <summary>The same for one address from wherever it is asked for, as long as all partitions answer: so its failed logins are counted in one place.</summary>
    private string Pretended(byte[] fingerprint, bool?[] answers)
    {
        string[] all = [.. _others.Where((_, i) => answers[i] is not null).Append(cell.Partition).Order(StringComparer.Ordinal)];
        return all[(int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(fingerprint)) % (uint)all.Length)];
    }

    private async Task<bool> IsHereAsync(byte[] fingerprint, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, Select, Sql.Bytes(fingerprint));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Null where the partition does not answer.</summary>
    private async Task<bool?> AskAsync(string partition, byte[] fingerprint, CancellationToken cancellationToken)
    {
        var isSilent = _silentUntil.TryGetValue(partition, out var until) && until > time.GetUtcNow();
        var patience = isSilent ? ShortPatience : Patience;
        using var limit = new CancellationTokenSource(patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using var answer = await peers.SendAsync(partition, () => Question(fingerprint), canRepeat: true, patience, linked.Token);
            if (answer.StatusCode == HttpStatusCode.OK && JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(linked.Token), HomeJson.Default.HomeAnswer) is { } said)
            {
                _silentUntil.TryRemove(partition, out _);
                return said.Known;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException or OperationCanceledException)
        {
            // Not answered, which is remembered below.
        }

        if (!isSilent && !cancellationToken.IsCancellationRequested)
            _silentUntil[partition] = time.GetUtcNow() + Memory;
        return null;
    }

    private static HttpRequestMessage Question(byte[] fingerprint) => new(HttpMethod.Post, new Uri(Path, UriKind.Relative))
    {
        Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new HomeQuestion(fingerprint), HomeJson.Default.HomeQuestion)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        var (question, _) = await JsonBody.ReadAsync(context, HomeJson.Default.HomeQuestion);
        return Results.Json(new HomeAnswer(question.Fingerprint is { Length: > 0 } fingerprint && await IsHereAsync(fingerprint, context.RequestAborted)), HomeJson.Default.HomeAnswer);
    }
}

/// <param name="Fingerprint">The keyed hash of an address.</param>
internal sealed record HomeQuestion(byte[]? Fingerprint);

internal sealed record HomeAnswer(bool Known);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HomeQuestion))]
[JsonSerializable(typeof(HomeAnswer))]
internal sealed partial class HomeJson : JsonSerializerContext;
