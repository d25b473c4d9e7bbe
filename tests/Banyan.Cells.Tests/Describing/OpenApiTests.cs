using System.Text.Json;
using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Describing;

public class OpenApiTests
{
    [Fact]
    public async Task Get_Document_DescribesServicesAndNotTheOperatorsEndpoints()
    {
        await using var cell = await TestCell.StartAsync([NoteService.Create()]);

        using var response = await cell.Client.GetAsync("/openapi/v1.json");
        var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        document.GetProperty("openapi").GetString().ShouldNotBeNull().ShouldStartWith("3.1.");
        document.GetProperty("servers")[0].GetProperty("url").GetString().ShouldBe("http://test.example");
        var paths = document.GetProperty("paths").EnumerateObject().Select(static p => p.Name).ToList();
        paths.ShouldBe(["/journal/v1/receipts/{id}", "/journal/v1/head", "/notes/v1/notes"], ignoreOrder: true);
        document.GetProperty("paths").GetProperty("/notes/v1/notes").GetProperty("post").GetProperty("summary").GetString().ShouldBe("Keeps a note");
    }

    [Fact]
    public async Task Get_Document_SaysWhatTheGatewayChecks()
    {
        await using var cell = await AccessCell.StartAsync();

        var document = (await cell.GetAsync("/openapi/v1.json")).ShouldBe(200).Json;

        var paths = document.GetProperty("paths");
        var limit = paths.GetProperty("/notes/v1/query").GetProperty("get").GetProperty("parameters").EnumerateArray().Single(static p => p.GetProperty("name").GetString() == "limit");
        limit.GetProperty("in").GetString().ShouldBe("query");
        limit.GetProperty("schema").GetProperty("type").GetString().ShouldBe("integer");
        limit.GetProperty("schema").GetProperty("maximum").GetDouble().ShouldBe(100);
        var shape = paths.GetProperty("/notes/v1/shaped").GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        shape.GetProperty("required")[0].GetString().ShouldBe("text");
        shape.GetProperty("additionalProperties").GetBoolean().ShouldBeFalse();
        shape.GetProperty("properties").GetProperty("tags").GetProperty("maxItems").GetInt32().ShouldBe(3);
        var guarded = paths.GetProperty("/notes/v1/notes").GetProperty("get");
        guarded.GetProperty("description").GetString().ShouldBe("Asks for notes.notes.read.");
        guarded.GetProperty("security")[0].TryGetProperty("bearer", out _).ShouldBeTrue();
        paths.GetProperty("/notes/v1/open").GetProperty("get").TryGetProperty("security", out _).ShouldBeFalse();
    }
}
