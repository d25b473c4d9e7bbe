using System.Globalization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Engines.Evm;
using Banyan.Journal.Log.Merkle;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Log;

/// <summary>A log's anchors as HTTP, as the chain has them now: a list, by what they are known by, and the evidence of one. Open to all, as the log.</summary>
internal sealed class AnchorEndpoints(CellContext cell, AnchorDesk desk)
{
    private const string Tag = "log";
    private const int Page = 20;

    private static readonly string[] Names = ["size", "entry", "transaction", "root", "before", "limit"];

    private static readonly TextPattern TransactionHash = new("0x[0-9a-fA-F]{64}", "a transaction's hash: 0x and 64 hex digits");
    private static readonly TextPattern Root = new("[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=", "a root: 64 hex digits, or base64");

    /// <summary>Maps them, where the cell keeps a log.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<AnchorDesk>() is null)
            return;
        var anchors = ActivatorUtilities.CreateInstance<AnchorEndpoints>(routes.ServiceProvider);
        routes.MapGet("/log/v1/{partition}/anchors", anchors.ListAsync).OpenToAll()
            .TakesQuery(
                new("before", QueryType.Integer) { Least = 1 }, new("limit", QueryType.Integer) { Least = 1, Most = AnchorDesk.MostOnAPage }, new("size", QueryType.Integer) { Least = 1 }, new("entry", QueryType.Integer) { Least = 1 },
                new("transaction", QueryType.Text) { Pattern = TransactionHash, Longest = 66 }, new("root", QueryType.Text) { Pattern = Root, Longest = 64 })
            .Describe(Tag, "Where the log was anchored on the chain, the newest first; by size, by the entry that is covered, by transaction, by root", 200, "application/json", 400, 404, 503);
        routes.MapGet("/log/v1/{partition}/anchors/{size:long:min(1)}", anchors.ProveAsync).OpenToAll()
            .Describe(Tag, "The evidence of an anchor: a proof from the contract's event to the hash of its block", 200, "application/json", 404, 503);
    }

    private Task ListAsync(HttpContext context)
    {
        if (Refusal(context) is { } refusal)
            return RefuseAsync(context, refusal);
        // The gateway has checked the query, where there is one before the cell.
        var query = context.Request.Query;
        var asked = Names.Where(n => !string.IsNullOrEmpty(query[n])).ToList();
        foreach (var name in asked)
        {
            if (!IsOne(name, query[name].ToString()))
                return RefuseAsync(context, new AnchorRefusal(400, "bad-request", "The query is malformed", $"{name} is {(name == "limit" ? $"1 to {AnchorDesk.MostOnAPage}" : name is "transaction" ? "0x and 64 hex digits" : name is "root" ? "64 hex digits, or base64" : "a whole number from 1")}."));
        }

        return AnswerAsync(context, asked.FirstOrDefault(static n => n is not ("before" or "limit")) switch
        {
            "size" => desk.OfSizeAsync(Number(query["size"])),
            "entry" => desk.CoveringAsync(Number(query["entry"])),
            "transaction" => desk.OfTransactionAsync(EvmHash.Parse(query["transaction"].ToString())),
            "root" => desk.OfRootAsync(RootOf(query["root"].ToString())!.Value),
            _ => desk.PageAsync(asked.Contains("before") ? Number(query["before"]) : null, asked.Contains("limit") ? (int)Number(query["limit"]) : Page),
        });
    }

    private Task ProveAsync(HttpContext context) => Refusal(context) is { } refusal ? RefuseAsync(context, refusal)
        : AnswerAsync(context, desk.ProveAsync(long.Parse((string)context.Request.RouteValues["size"]!, CultureInfo.InvariantCulture)));

    private AnchorRefusal? Refusal(HttpContext context)
    {
        if ((string?)context.Request.RouteValues["partition"] != cell.Partition)
            return new AnchorRefusal(404, "log-elsewhere", "The log of another partition", $"This cell has the log of {cell.Partition}; by the entry, ask without naming another region.");
        return desk.IsThere ? null : new AnchorRefusal(404, "log-not-anchored", "This log is not anchored", "The platform's blueprint has no chain with anchoring.");
    }

    private static async Task AnswerAsync(HttpContext context, Task<AnchorAnswer> asked)
    {
        var answer = await asked.WaitAsync(context.RequestAborted);
        if (answer.Json is { } json)
            await LogAnswers.WriteAsync(context, json, "application/json", LogAnswers.Soon);
        else
            await RefuseAsync(context, answer.Refusal!);
    }

    private static Task RefuseAsync(HttpContext context, AnchorRefusal refusal)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (refusal.Status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "5";
        return Problem.Create(refusal.Status, refusal.Code, refusal.Title, refusal.Detail).ExecuteAsync(context);
    }

    private static bool IsOne(string name, string value) => name switch
    {
        "transaction" => EvmHash.TryParse(value, out _),
        "root" => RootOf(value) is not null,
        _ => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && (name != "limit" || number <= AnchorDesk.MostOnAPage),
    };

    private static long Number(string? value) => long.Parse(value!, NumberStyles.None, CultureInfo.InvariantCulture);

    private static MerkleHash? RootOf(string text)
    {
        if (MerkleHash.TryParse(text, out var root))
            return root;
        Span<byte> bytes = stackalloc byte[MerkleHash.Length];
        return text.Length == 2 * MerkleHash.Length && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? new MerkleHash(bytes) : null;
    }
}
