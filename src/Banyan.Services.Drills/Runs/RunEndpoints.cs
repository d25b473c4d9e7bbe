using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Drills.Runs;

/// <summary><c>POST /drills/v1/runs</c>: opens a drill's run, under which its clients leave their marks.</summary>
internal sealed class RunEndpoints(IJournal journal, TimeProvider time)
{
    /// <summary>Marks are for the drill that made them: what is older is deleted when the next one begins.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    /// <summary>As <see cref="IsName"/> has it.</summary>
    private static readonly TextPattern Name = new("[a-z0-9-]{1,63}", "a name of 1 to 63 lower-case letters, digits and hyphens");

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/drills/v1/runs", OpenAsync).Describe(DrillsService.ServiceName, "Opens a run, under which a drill's clients leave their marks", 201, "application/json", 400).Requires("drills.runs.open")
            .TakesNothing().TakesQuery(new("scenario", QueryType.Text) { Required = true, Pattern = Name }, new("region", QueryType.Text) { Required = true, Pattern = Name });

    private async Task OpenAsync(HttpContext context)
    {
        var scenario = context.Request.Query["scenario"].ToString();
        var region = context.Request.Query["region"].ToString();
        if (!IsName(scenario) || !IsName(region))
        {
            await Problem.Create(StatusCodes.Status400BadRequest, "drill-invalid", "Not a drill", "scenario and region must be names: 1 to 63 lower-case letters, digits and hyphens.").ExecuteAsync(context);
            return;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var now = time.GetUtcNow();
        var change = new Change
        {
            Key = ChangeHttp.ReadKey(context.Request, []),
            Answer = new StoredAnswer(201, "application/json", System.Text.Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\"}}")),
            Statements =
            [
                new("DELETE FROM drills.runs WHERE opened_at < $1") { Parameters = { new() { Value = now - Kept } } },
                new("INSERT INTO drills.runs (id, scenario, region, opened_at) VALUES ($1, $2, $3, $4)") { Parameters = { new() { Value = id }, new() { Value = scenario }, new() { Value = region }, new() { Value = now } } },
            ],
            Events = [new JournalEvent { Topic = DrillsService.Topic, Type = "banyan.drill.opened.v1", Subject = region, Data = $"{{\"run\":\"{id}\",\"scenario\":\"{scenario}\",\"region\":\"{region}\"}}" }],
        };
        await ChangeHttp.ToResult(await journal.CommitAsync(change, context.RequestAborted)).ExecuteAsync(context);
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 63 && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
