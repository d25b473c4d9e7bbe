using System.Globalization;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Which page: <c>limit</c> from 1 to 200, and <c>cursor</c>, the <c>next</c> of the page before.</summary>
internal sealed record PageQuery(Guid? Cursor, int Limit, List<string> Problems)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>What <see cref="Read"/> reads, as it is described and checked before.</summary>
    public static readonly QueryParameter[] Parameters =
    [
        new("limit", QueryType.Integer) { Least = 1, Most = MaxLimit },
        new("cursor", QueryType.Text) { Pattern = new TextPattern("[0-9a-fA-F]{32}", "the 'next' of an earlier page") },
    ];

    public static PageQuery Read(IQueryCollection query)
    {
        var problems = new List<string>();
        var limit = DefaultLimit;
        if (query["limit"].ToString() is { Length: > 0 } given && (!int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            problems.Add($"limit is a whole number from 1 to {MaxLimit}.");
        Guid? cursor = null;
        if (query["cursor"].ToString() is { Length: > 0 } after)
        {
            if (Guid.TryParseExact(after, "N", out var id))
                cursor = id;
            else
                problems.Add("cursor is not the 'next' of an earlier page.");
        }

        return new PageQuery(cursor, limit, problems);
    }
}
