using System.Text.Json;

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
}
