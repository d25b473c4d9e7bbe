using System.Text.Json;

namespace Banyan.Services.Disaster.Tests;

public class OpenApiTests
{
    [Fact]
    public async Task Document_EveryEndpoint_SaysWhatItDoesAndWhatItAnswers()
    {
        await using var cell = await DisasterCell.StartAsync();
        var ours = (await cell.GetJsonAsync("/openapi/v1.json")).GetProperty("paths").EnumerateObject()
            .Where(p => !p.Name.StartsWith("/journal/", StringComparison.Ordinal)).SelectMany(p => p.Value.EnumerateObject().Select(o => (Name: $"{o.Name} {p.Name}", Operation: o.Value))).ToList();
        ours.Count.ShouldBeGreaterThan(14);
        foreach (var (name, operation) in ours)
        {
            operation.TryGetProperty("summary", out var summary).ShouldBeTrue($"{name} has no summary");
            summary.GetString()!.Length.ShouldBeGreaterThan(5);
            operation.GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ShouldBe(["disaster"], name);
            operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ShouldContain(r => r.StartsWith('2'), name);
        }

        Operation(ours, "get /disaster/v1/alerts/{sender}/{identifier}").GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldBe(["sender", "identifier"]);
        Operation(ours, "post /disaster/v1/alerts").GetProperty("responses").GetProperty("422").GetProperty("content").TryGetProperty("application/problem+json", out _).ShouldBeTrue();
        Operation(ours, "get /disaster/v1/stream").GetProperty("responses").GetProperty("200").GetProperty("content").TryGetProperty("text/event-stream", out _).ShouldBeTrue();
    }

    private static JsonElement Operation(List<(string Name, JsonElement Operation)> all, string name) => all.Single(o => o.Name == name).Operation;
}
