using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cells.Personal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.Verification;

/// <summary>Cases of know-your-customer in the partition. What is personal in them is sealed with the person's key. Thread-safe.</summary>
internal sealed class CaseStore(NpgsqlDataSource database, IKeyVault vault)
{
    public const int MostDocuments = 10;
    private const string Columns = "c.id, c.subject, c.level, c.state, c.screening, c.opened_at, c.decided_at, c.details, c.hits";
    private const string SelectOne = $"SELECT {Columns} FROM identity.cases c WHERE c.id = $1";
    private const string SelectOf = $"SELECT {Columns} FROM identity.cases c WHERE c.subject = $1 ORDER BY c.id DESC LIMIT 100";
    private const string SelectState = $"SELECT {Columns} FROM identity.cases c WHERE c.state = $1 AND ($2::uuid IS NULL OR c.id > $2) ORDER BY c.id LIMIT $3";
    private const string InsertCase = "INSERT INTO identity.cases (id, subject, level, state, details, screening, hits, opened_at) VALUES ($1, $2, $3, 'open', $4, $5, $6, $7)";
    private const string SelectDocuments = "SELECT id, kind, media_type, added_at FROM identity.documents WHERE case_id = $1 ORDER BY id";
    private const string SelectDocument = "SELECT subject, media_type, sealed FROM identity.documents WHERE case_id = $1 AND id = $2";
    private const string SelectDecisions = "SELECT officer, verdict, reason, at FROM identity.decisions WHERE case_id = $1 ORDER BY at";

    public async Task<Case?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectOne, Sql.Uuid(id));
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>As it is in a transaction, locked to its end.</summary>
    public static async Task<Case?> LockAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, SelectOne + " FOR UPDATE", Sql.Uuid(id));
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<IReadOnlyList<Case>> ListOwnAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectOf, Sql.Text(subject));
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<IReadOnlyList<Case>> ListAsync(string state, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectState, Sql.Text(state), Sql.Uuid(after), Sql.Number(limit));
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<NpgsqlBatchCommand> InsertAsync(Guid id, string subject, int level, CaseDetails details, IReadOnlyList<WatchListHit> hits, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sealedDetails = await vault.ProtectAsync(subject, PersonalFields.Case, JsonSerializer.SerializeToUtf8Bytes(details, CaseJson.Default.CaseDetails), cancellationToken);
        var sealedHits = hits.Count == 0 ? null : await vault.ProtectAsync(subject, PersonalFields.Hits, JsonSerializer.SerializeToUtf8Bytes(hits, CaseJson.Default.IReadOnlyListWatchListHit), cancellationToken);
        return Sql.Statement(
            InsertCase, Sql.Uuid(id), Sql.Text(subject), Sql.Small(level), Sql.Bytes(sealedDetails), Sql.Text(hits.Count == 0 ? "clear" : "hit"), Sql.Bytes(sealedHits), Sql.Time(now));
    }

    /// <summary>What the person said, what the list said, the documents and the decisions.</summary>
    public async Task<CaseFile> OpenAsync(Case one, CancellationToken cancellationToken)
    {
        var details = await vault.RevealAsync(one.Subject, PersonalFields.Case, one.Details, cancellationToken) is { } plain ? JsonSerializer.Deserialize(plain, CaseJson.Default.CaseDetails) : null;
        var hits = one.Hits is not null && await vault.RevealAsync(one.Subject, PersonalFields.Hits, one.Hits, cancellationToken) is { } found ? JsonSerializer.Deserialize(found, CaseJson.Default.IReadOnlyListWatchListHit) : [];
        var decisions = new List<DecisionView>();
        foreach (var (officer, verdict, reason, at) in await DecisionsAsync(one.Id, cancellationToken))
            decisions.Add(new DecisionView(officer, verdict, await vault.RevealAsync(one.Subject, PersonalFields.Reason, reason, cancellationToken) is { } text ? System.Text.Encoding.UTF8.GetString(text) : null, at));
        return new CaseFile(CaseView.Of(one, await DocumentsAsync(one.Id, cancellationToken)), one.Subject, details, hits ?? [], decisions, VerificationRule.Approvals(one.Level, one.IsHit));
    }

    public async Task<IReadOnlyList<DocumentView>> DocumentsAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectDocuments, Sql.Uuid(id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<DocumentView>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new DocumentView(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return found;
    }

    /// <summary>A document; null where there is none, or the person's key was shredded.</summary>
    public async Task<(byte[] Bytes, string MediaType)?> DocumentAsync(Guid id, Guid document, CancellationToken cancellationToken)
    {
        string subject, type;
        byte[] sealedBytes;
        await using (var command = Sql.Command(database, SelectDocument, Sql.Uuid(id), Sql.Uuid(document)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            (subject, type, sealedBytes) = (reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2));
        }

        return await vault.RevealAsync(subject, PersonalFields.Document, sealedBytes, cancellationToken) is { } bytes ? (bytes, type) : null;
    }

    private async Task<List<(string Officer, string Verdict, byte[] Reason, DateTimeOffset At)>> DecisionsAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectDecisions, Sql.Uuid(id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<(string, string, byte[], DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add((reader.GetString(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return found;
    }

    private static async Task<List<Case>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Case>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Case(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt16(2), reader.GetString(3), reader.GetString(4) == "hit", reader.GetFieldValue<DateTimeOffset>(5), reader.Moment(6),
                reader.GetFieldValue<byte[]>(7), reader.Value<byte[]>(8)));
        }

        return found;
    }
}

/// <summary>A case, still sealed. Immutable.</summary>
internal sealed record Case(Guid Id, string Subject, int Level, string State, bool IsHit, DateTimeOffset OpenedAt, DateTimeOffset? DecidedAt, byte[] Details, byte[]? Hits)
{
    public bool IsOpen => State == "open";
}

/// <summary>What the person says of itself.</summary>
internal sealed record CaseDetails(string Name, DateOnly Born, string Country);

internal sealed record CaseRequest(int? Level, string? Name, DateOnly? Born, string? Country);

internal sealed record DocumentView(Guid Id, string Kind, string MediaType, DateTimeOffset AddedAt);

internal sealed record DecisionView(string Officer, string Verdict, string? Reason, DateTimeOffset At);

internal sealed record DecisionRequest(string? Verdict, string? Reason);

/// <summary>What the person sees of a case: not whether a list was hit.</summary>
internal sealed record CaseView(Guid Id, int Level, string State, DateTimeOffset OpenedAt, DateTimeOffset? DecidedAt, IReadOnlyList<DocumentView>? Documents)
{
    public static CaseView Of(Case one, IReadOnlyList<DocumentView>? documents) => new(one.Id, one.Level, one.State, one.OpenedAt, one.DecidedAt, documents);
}

internal sealed record CasePage(IReadOnlyList<CaseView> Cases);

/// <summary>What the staff sees of a case.</summary>
internal sealed record CaseFile(CaseView Case, string Subject, CaseDetails? Details, IReadOnlyList<WatchListHit> Hits, IReadOnlyList<DecisionView> Decisions, int ApprovalsNeeded);

internal sealed record CaseLine(Guid Id, string Subject, int Level, string State, bool Hit, DateTimeOffset OpenedAt);

internal sealed record CaseLines(Guid? Next, IReadOnlyList<CaseLine> Cases);

internal sealed record ReversalRequest(string? Reason);

/// <summary>What a reversal did: the level that is left, and how many credentials were revoked.</summary>
internal sealed record ReversalView(Guid Id, string State, int Level, int Revoked);

internal sealed record RuleView(IReadOnlyList<RuleLine> Rules);

internal sealed record RuleLine(string What, int Above, string Currency, int Level);

/// <summary>JSON of cases.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaseRequest))]
[JsonSerializable(typeof(CaseDetails))]
[JsonSerializable(typeof(CaseView))]
[JsonSerializable(typeof(CasePage))]
[JsonSerializable(typeof(CaseFile))]
[JsonSerializable(typeof(CaseLines))]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(ReversalRequest))]
[JsonSerializable(typeof(ReversalView))]
[JsonSerializable(typeof(RuleView))]
[JsonSerializable(typeof(DocumentView))]
[JsonSerializable(typeof(IReadOnlyList<WatchListHit>), TypeInfoPropertyName = "IReadOnlyListWatchListHit")]
internal sealed partial class CaseJson : JsonSerializerContext;
