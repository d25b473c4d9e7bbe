using System.Text.Json;

namespace Banyan.Cells.Tests.Access;

/// <summary>What came back, all of it.</summary>
internal sealed record Answer(int Status, string Text, HttpResponseMessage Response)
{
    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Header(string name) => Response.Headers.TryGetValues(name, out var values) || Response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>A problem of this code; nothing else is said of who would have been let in.</summary>
    public Answer ShouldBe(int status, string? code = null)
    {
        Status.ShouldBe(status, Text);
        if (code is not null)
            Json.GetProperty("type").GetString().ShouldBe("urn:banyan:problem:" + code, Text);
        return this;
    }

    public string Detail => Json.GetProperty("detail").GetString()!;

    public string Rule => Json.GetProperty("rule").GetString()!;
}
