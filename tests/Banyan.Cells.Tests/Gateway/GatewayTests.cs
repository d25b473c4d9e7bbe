using System.Diagnostics;
using System.Net;
using Banyan.Cells.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Tests.Gateway;

public class GatewayTests
{
    [Fact]
    public async Task Answer_Any_HasIdAndSecurityHeadersAndNoServer()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/hello", () => "hello") }]);

        foreach (var path in new[] { "/notes/v1/hello", "/nothing" })
        {
            var response = await cell.Client.GetAsync(path);
            response.Headers.GetValues("Banyan-Request-Id").Single().ShouldMatch("^[0-9a-f]{32}$");
            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            response.Headers.Server.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Answer_TwoReads_HaveTheirOwnIds()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/hello", () => "hello") }]);

        var first = await cell.Client.GetAsync("/notes/v1/hello");
        var second = await cell.Client.GetAsync("/notes/v1/hello");

        first.Headers.GetValues("Banyan-Request-Id").Single().ShouldNotBe(second.Headers.GetValues("Banyan-Request-Id").Single());
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Trace_ParentGiven_GoesOnInTheEndpoint(string method)
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapMethods("/notes/v1/trace", [method], () => $"{Activity.Current?.Id} {Activity.Current?.ParentSpanId} {Activity.Current?.TraceStateString}") }]);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/notes/v1/trace");
        request.Headers.Add("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        request.Headers.Add("tracestate", "vendor=1");

        var response = await cell.Client.SendAsync(request);

        var seen = await response.Content.ReadAsStringAsync();
        seen.ShouldMatch($"^00-{TraceId}-[0-9a-f]{{16}}-01 00f067aa0ba902b7 vendor=1$");
        response.Headers.GetValues("Banyan-Request-Id").ShouldBe([TraceId]);
    }

    [Theory]
    [InlineData("not a trace")]
    [InlineData("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [InlineData("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    public async Task Trace_ParentMalformed_StartsItsOwn(string parent)
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/trace", () => Activity.Current?.Id) }]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/notes/v1/trace");
        request.Headers.TryAddWithoutValidation("traceparent", parent);

        var response = await cell.Client.SendAsync(request);

        var id = response.Headers.GetValues("Banyan-Request-Id").Single();
        id.ShouldNotBe("4bf92f3577b34da6a3ce929d0e0e4736");
        id.ShouldNotBe(new string('0', 32));
        (await response.Content.ReadAsStringAsync()).ShouldContain(id);
    }

    [Fact]
    public async Task Trace_ChangeWithoutParent_HasOne()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapPost("/notes/v1/trace", () => Activity.Current?.Id) }]);

        var response = await cell.Client.PostAsync("/notes/v1/trace", null);

        (await response.Content.ReadAsStringAsync()).ShouldStartWith($"00-{response.Headers.GetValues("Banyan-Request-Id").Single()}-");
    }

    [Fact]
    public async Task TimeLimit_Passed_CancelsTheEndpointAndAnswers504()
    {
        await using var cell = await TestCell.StartAsync([new TestService
        {
            Endpoints = r => r.MapGet("/notes/v1/stuck", async (CancellationToken stop) => await Task.Delay(Timeout.InfiniteTimeSpan, stop)).WithTimeLimit(TimeSpan.FromMilliseconds(50)),
        }]);

        var response = await cell.Client.GetAsync("/notes/v1/stuck");

        response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await response.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:timed-out");
    }

    [Fact]
    public async Task BodyLimit_OfTheEndpoint_ReplacesTheDefault()
    {
        await using var cell = await TestCell.StartAsync([new TestService
        {
            Endpoints = r =>
            {
                r.MapPost("/notes/v1/large", ReadAsync).WithBodyLimit(12 << 20);
                r.MapPost("/notes/v1/small", ReadAsync).WithBodyLimit(1000);
                r.MapPost("/notes/v1/default", ReadAsync);
            },
        }]);

        (await PostAsync("large", 11 << 20)).ShouldBe(HttpStatusCode.OK);
        (await PostAsync("small", 1000)).ShouldBe(HttpStatusCode.OK);
        (await PostAsync("small", 1001)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync("default", (10 << 20) + 1)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        async Task<HttpStatusCode> PostAsync(string path, int length)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/notes/v1/{path}") { Content = new ByteArrayContent(new byte[length]) };
            request.Headers.ExpectContinue = true; // a refused body is not read: a client that sends it all the same may meet a reset
            return (await cell.Client.SendAsync(request)).StatusCode;
        }

        static Task ReadAsync(HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null);
    }
}
