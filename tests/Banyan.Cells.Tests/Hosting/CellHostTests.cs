using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Tests.Hosting;

public class CellHostTests
{
    [Fact]
    public async Task Start_WithDatabase_ServesAndIsReady()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/hello", () => Results.Text("hello")) }]);

        (await cell.Client.GetStringAsync("/notes/v1/hello")).ShouldBe("hello");
        (await cell.Client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cell.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
