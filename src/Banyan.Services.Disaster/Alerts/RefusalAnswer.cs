using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>A refusal as a problem (RFC 9457), with every error in <c>errors</c>.</summary>
internal static class RefusalAnswer
{
    public static IResult Create(Refusal refusal)
    {
        var extensions = refusal.Errors is null ? null : new Dictionary<string, object?> { ["errors"] = refusal.Errors.Select(static e => new AlertError(e.Path, e.Line, e.Rule, e.Message)).ToList() };
        return Problem.Create(refusal.Status, refusal.Code, refusal.Title, refusal.Detail, extensions);
    }
}

/// <summary>One thing that is wrong with a message.</summary>
internal sealed record AlertError(string Path, int Line, string Rule, string Message);
