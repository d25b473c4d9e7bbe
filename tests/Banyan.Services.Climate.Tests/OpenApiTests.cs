using System.Text.Json;

namespace Banyan.Services.Climate.Tests;

public class OpenApiTests
{
    [Fact]
    public async Task Document_EveryEndpoint_SaysWhatItDoesAndWhatItAnswers()
    {
        await using var cell = await ClimateCell.StartAsync();
        using var document = JsonDocument.Parse(await cell.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var ours = document.RootElement.GetProperty("paths").EnumerateObject().Where(p => !p.Name.StartsWith("/journal/", StringComparison.Ordinal))
            .SelectMany(p => p.Value.EnumerateObject().Select(o => (Name: $"{o.Name} {p.Name}", Operation: o.Value))).ToList();
        ours.Count.ShouldBeGreaterThan(12);
        foreach (var (name, operation) in ours)
        {
            operation.TryGetProperty("summary", out _).ShouldBeTrue($"{name} has no summary");
            operation.GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ShouldBe(["climate"], name);
            operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ShouldContain(r => r.StartsWith('2'), name);
        }
    }
}
