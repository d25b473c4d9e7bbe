using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Climate.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Climate.Rules;

/// <summary>Rules: <c>PUT</c>, <c>GET</c> and <c>DELETE /climate/v1/rules/{name}</c>, and <c>GET /climate/v1/rules</c>.</summary>
internal sealed class RuleEndpoints(RuleStore store, RuleWorker worker, IJournal journal)
{
    private const int MaxBody = RuleShape.MaxText;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/climate/v1/rules", ListAsync).Describe(ClimateService.ServiceName, "Rules", 200).OpenToAll();
        routes.MapGet("/climate/v1/rules/{name}", GetAsync).Describe(ClimateService.ServiceName, "A rule", 200, "application/json", 404).OpenToAll();
        routes.MapPut("/climate/v1/rules/{name}", PutAsync).WithBodyLimit(MaxBody).Describe(ClimateService.ServiceName, "Makes or changes a rule that asks for an alert", 200, "application/json", 400, 422).Requires("climate.rules.write").TakesJson(RuleShape.Rule);
        routes.MapDelete("/climate/v1/rules/{name}", DeleteAsync).WithBodyLimit(MaxBody).Describe(ClimateService.ServiceName, "Removes a rule", 204, null, 404).Requires("climate.rules.write");
    }

    private async Task ListAsync(HttpContext http)
    {
        var rules = await store.ListAsync(null, http.RequestAborted);
        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteStartArray("rules"u8);
        foreach (var (name, definition, _) in rules)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WritePropertyName("definition"u8);
            json.WriteRawValue(definition, skipInputValidation: true);
            json.WriteEndObject();
            await json.BreatheAsync(http.Response, http.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task GetAsync(HttpContext http, string name)
    {
        var rules = await store.ListAsync(name, http.RequestAborted);
        if (rules.Count == 0)
        {
            await NotThere(name).ExecuteAsync(http);
            return;
        }

        var fired = await store.FiredAsync(name, http.RequestAborted);
        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WritePropertyName("definition"u8);
        json.WriteRawValue(rules[0].Definition, skipInputValidation: true);
        json.WriteStartArray("fired"u8);
        foreach (var state in fired)
        {
            json.WriteStartObject();
            json.WriteNumber("series"u8, state.Series);
            json.WritePropertyName("tags"u8);
            json.WriteRawValue(state.Tags, skipInputValidation: true);
            json.WriteString("since"u8, state.Since);
            json.WriteNumber("value"u8, state.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task<IResult> PutAsync(HttpContext http, string name)
    {
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        var body = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        var problems = new List<string>();
        if (!RuleValidator.IsName(name))
            problems.Add("A rule's name has 1 to 64 lower-case letters, digits and dashes.");
        var definition = RuleJson.Read(body.Span, out var unreadable);
        if (unreadable is not null)
            problems.Add(unreadable);
        var rule = definition is null ? null : RuleValidator.Check(name, 0, definition, problems);
        if (rule is null || problems.Count > 0)
        {
            return Problem.Create(
                StatusCodes.Status400BadRequest, "climate-rule-invalid", "The rule can't be taken", string.Join(' ', problems), new Dictionary<string, object?>(StringComparer.Ordinal) { ["errors"] = problems });
        }

        await using var change = await journal.BeginAsync(ChangeHttp.ReadKey(http.Request, body.Span), http.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        var result = await store.PutAsync(change, rule, http.RequestAborted);
        if (result == RuleChange.TooMany)
            return Problem.Create(StatusCodes.Status409Conflict, "climate-too-many-rules", "There are too many rules", $"A cell takes {RuleStore.MaxRules} rules; delete one that is not needed.");
        var status = result == RuleChange.Made ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        var answer = new StoredAnswer(status, "application/json", Encoding.UTF8.GetBytes(JsonSerializer.Serialize(rule.Definition, RuleJson.Default.RuleDefinition)), $"/climate/v1/rules/{name}");
        var outcome = await change.CommitAsync(answer, http.RequestAborted);
        await worker.RulesChangedAsync(http.RequestAborted);
        return ChangeHttp.ToResult(outcome);
    }

    private async Task<IResult> DeleteAsync(HttpContext http, string name)
    {
        await using var change = await journal.BeginAsync(ChangeHttp.ReadKey(http.Request, []), http.RequestAborted);
        if (change.Settled is { } settled)
            return ChangeHttp.ToResult(settled);
        if (await RuleStore.DeleteAsync(change, name, http.RequestAborted) == RuleChange.NotThere)
            return NotThere(name);
        var outcome = await change.CommitAsync(new StoredAnswer(StatusCodes.Status204NoContent), http.RequestAborted);
        await worker.RulesChangedAsync(http.RequestAborted);
        return ChangeHttp.ToResult(outcome);
    }

    private static IResult NotThere(string name) =>
        Problem.Create(StatusCodes.Status404NotFound, "climate-rule-not-found", "There is no such rule", $"There is no rule '{name}'; GET /climate/v1/rules lists them.");
}
