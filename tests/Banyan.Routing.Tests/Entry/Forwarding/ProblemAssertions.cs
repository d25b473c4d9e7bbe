using System.Text.Json;

namespace Banyan.Routing.Tests.Entry.Forwarding;

internal static class ProblemAssertions
{
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, int status, params string[] codes)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, body);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var problem = JsonDocument.Parse(body).RootElement;
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        codes.ShouldContain(problem.GetProperty("type").GetString()!["urn:banyan:problem:".Length..]);
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        problem.GetProperty("detail").GetString().ShouldNotBeNullOrEmpty();
        if (status == 503)
            response.Headers.RetryAfter.ShouldNotBeNull();
        return problem;
    }

    /// <summary>A refusal of the cell's own, or the entry's.</summary>
    public static async Task ShouldBe503OfAsync(this HttpResponseMessage response, params string[] codes)
    {
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        ((int)response.StatusCode).ShouldBe(503);
        codes.ShouldContain(problem.GetProperty("type").GetString()!["urn:banyan:problem:".Length..]);
        response.Headers.RetryAfter.ShouldNotBeNull();
    }
}
