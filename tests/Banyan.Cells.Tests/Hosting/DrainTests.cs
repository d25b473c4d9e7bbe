using System.Net;
using Banyan.Cells.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Tests.Hosting;

public class DrainTests
{
    [Fact]
    public async Task Stop_RequestInFlight_FinishesAndNewOnesAreRefused()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var service = new TestService
        {
            Endpoints = r =>
            {
                r.MapGet("/notes/v1/slow", async () =>
                {
                    entered.SetResult();
                    await release.Task;
                    return Results.Text("finished");
                });
                r.MapGet("/notes/v1/hello", () => Results.Text("hello"));
            },
        };
        await using var cell = await TestCell.StartAsync([service]);
        var slow = cell.Client.GetStringAsync("/notes/v1/slow");
        await entered.Task;

        var stopping = cell.App.StopAsync();
        await Eventually.HoldsAsync(async () => (await cell.Client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable, "the cell stops being ready");
        var refused = await cell.Client.GetAsync("/notes/v1/hello");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.ConnectionClose.ShouldBe(true);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:draining");
        (await cell.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        stopping.IsCompleted.ShouldBeFalse();

        release.SetResult();
        (await slow).ShouldBe("finished");
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Stop_OpenStream_EndsItCleanlyAfterItsLastEvent()
    {
        var service = new TestService
        {
            Endpoints = r => r.MapGet("/notes/v1/stream", async context =>
            {
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("data: first\n\n");
                await context.Response.Body.FlushAsync();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
                }
                finally
                {
                    await context.Response.WriteAsync("data: last\n\n");
                }
            }).AsStream(),
        };
        await using var cell = await TestCell.StartAsync([service]);
        using var response = await cell.Client.GetAsync("/notes/v1/stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldBe("data: first");

        await cell.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(30));

        // To the end without an error: the stream was ended, not cut.
        (await reader.ReadToEndAsync()).Trim().ShouldBe("data: last");
    }

    [Fact]
    public async Task Stop_RequestThatDoesNotEnd_IsCutOffAfterTheTimeout()
    {
        var entered = new TaskCompletionSource();
        var service = new TestService
        {
            Endpoints = r => r.MapGet("/notes/v1/stuck", async (CancellationToken stop) =>
            {
                entered.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, stop);
            }),
        };
        await using var cell = await TestCell.StartAsync([service], change: o => o with { DrainTimeout = TimeSpan.FromMilliseconds(200) });
        var stuck = cell.Client.GetAsync("/notes/v1/stuck");
        await entered.Task;

        await cell.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));

        await Should.ThrowAsync<HttpRequestException>(stuck);
    }
}
