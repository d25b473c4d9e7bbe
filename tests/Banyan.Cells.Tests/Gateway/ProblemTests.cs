using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>One test for each class of error: status, type, and what the answer must not show.</summary>
public class ProblemTests(ProblemTests.Fixture fixture) : IClassFixture<ProblemTests.Fixture>
{
    [Fact]
    public async Task NoEndpoint_404()
    {
        var problem = await AskAsync(HttpMethod.Get, "/nothing/here");

        problem.ShouldBe(404, "not-found");
    }

    [Fact]
    public async Task WrongMethod_405WithAllow()
    {
        var problem = await AskAsync(HttpMethod.Delete, "/notes/v1/hello");

        problem.ShouldBe(405, "method-not-allowed");
        problem.Response.Content.Headers.Allow.ShouldBe(["GET"]);
    }

    [Fact]
    public async Task WrongMediaType_415()
    {
        var problem = await AskAsync(HttpMethod.Post, "/notes/v1/json", new StringContent("<a/>", Encoding.UTF8, "text/xml"));

        problem.ShouldBe(415, "unsupported-media-type");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{"Number":"many"}""")]
    public async Task BodyMalformed_400(string body)
    {
        var problem = await AskAsync(HttpMethod.Post, "/notes/v1/json", new StringContent(body, Encoding.UTF8, "application/json"));

        problem.ShouldBe(400, "bad-request");
    }

    [Fact]
    public async Task ParameterMalformed_400NamesIt()
    {
        var problem = await AskAsync(HttpMethod.Get, "/notes/v1/number?value=many");

        problem.ShouldBe(400, "bad-request");
        problem.Json.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("value");
    }

    [Fact]
    public async Task BadRequestByTheService_400WithItsMessage()
    {
        var problem = await AskAsync(HttpMethod.Get, "/notes/v1/bad");

        problem.ShouldBe(400, "bad-request");
        problem.Json.GetProperty("detail").GetString().ShouldBe("the note has no text");
    }

    [Fact]
    public async Task BodyTooLarge_413()
    {
        var problem = await AskAsync(HttpMethod.Post, "/notes/v1/limited", new StringContent("{ }", Encoding.UTF8, "application/json"));

        problem.ShouldBe(413, "body-too-large");
    }

    [Fact]
    public async Task StatusWithoutBody_GetsAProblem()
    {
        (await AskAsync(HttpMethod.Get, "/notes/v1/teapot")).ShouldBe(418, "status-418");
        (await AskAsync(HttpMethod.Get, "/notes/v1/forbidden")).ShouldBe(403, "forbidden");
    }

    [Fact]
    public async Task ExceptionOfAService_500WithoutDetails()
    {
        var problem = await AskAsync(HttpMethod.Get, "/notes/v1/throws");

        problem.ShouldBe(500, "internal-error");
        problem.Text.ShouldNotContain("secret");
        problem.Text.ShouldNotContain("Exception");
        problem.Response.Headers.GetValues("Banyan-Request-Id").ShouldBe([problem.Json.GetProperty("requestId").GetString()]);
    }

    [Fact]
    public async Task ExceptionAfterTheAnswerBegan_CutsTheConnection()
    {

        await Should.ThrowAsync<HttpRequestException>(fixture.Client.GetStringAsync("/notes/v1/half"));
    }

    [Fact]
    public async Task HeadersBeforeTheError_AreNotKept()
    {
        var problem = await AskAsync(HttpMethod.Get, "/notes/v1/cached");

        problem.ShouldBe(500, "internal-error");
        problem.Response.Headers.ETag.ShouldBeNull();
        problem.Response.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
    }

    [Theory]
    [InlineData("away")]
    [InlineData("shutdown")]
    [InlineData("readonly")]
    [InlineData("full")]
    public async Task DatabaseAway_503WithRetryAfter(string kind)
    {
        var problem = await AskAsync(HttpMethod.Post, $"/notes/v1/database/{kind}");

        problem.ShouldBe(503, "database-unavailable");
        problem.Response.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task ChangesMet_503()
    {
        (await AskAsync(HttpMethod.Post, "/notes/v1/database/deadlock")).ShouldBe(503, "changes-met");
    }

    [Fact]
    public async Task DatabaseRefuses_500()
    {
        (await AskAsync(HttpMethod.Post, "/notes/v1/database/syntax")).ShouldBe(500, "internal-error");
    }

    [Fact]
    public async Task ProblemOfAService_KeepsItsStatusAndExtensions()
    {
        var problem = await AskAsync(HttpMethod.Get, "/notes/v1/own");

        problem.ShouldBe(409, "note-taken");
        problem.Json.GetProperty("errors")[0].GetString().ShouldBe("text");
    }

    [Fact]
    public async Task Head_NoBody()
    {

        var response = await fixture.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/nothing"));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    private async Task<Answer> AskAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        var response = await fixture.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response, text, JsonDocument.Parse(text).RootElement);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private TestCell? _cell;

        public HttpClient Client => _cell!.Client;

        public async ValueTask InitializeAsync() => _cell = await TestCell.StartAsync([new TestService { Endpoints = Map }]);

        public ValueTask DisposeAsync() => _cell!.DisposeAsync();
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/notes/v1/hello", () => "hello");
        routes.MapPost("/notes/v1/json", (Note note) => note.Number.ToString());
        routes.MapPost("/notes/v1/limited", (Note note) => note.Number.ToString()).WithBodyLimit(2);
        routes.MapGet("/notes/v1/number", (int value) => value.ToString());
        routes.MapGet("/notes/v1/bad", string () => throw new BadHttpRequestException("the note has no text"));
        routes.MapGet("/notes/v1/teapot", () => Results.StatusCode(418));
        routes.MapGet("/notes/v1/forbidden", () => Results.StatusCode(403));
        routes.MapGet("/notes/v1/throws", string () => throw new InvalidOperationException("secret"));
        routes.MapGet("/notes/v1/own", () => Problem.Create(409, "note-taken", "Taken", null, new Dictionary<string, object?> { ["errors"] = new[] { "text" } }));
        routes.MapGet("/notes/v1/cached", static void (HttpContext context) =>
        {
            context.Response.Headers.ETag = "\"1\"";
            context.Response.Headers.CacheControl = "public, max-age=60";
            throw new InvalidOperationException("secret");
        });
        routes.MapGet("/notes/v1/half", static async context =>
        {
            await context.Response.WriteAsync("half");
            await context.Response.Body.FlushAsync();
            throw new InvalidOperationException("secret");
        });
        routes.MapPost("/notes/v1/database/{kind}", string (string kind) => throw (kind switch
        {
            "away" => new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused)),
            "shutdown" => new PostgresException("terminating connection", "FATAL", "FATAL", PostgresErrorCodes.AdminShutdown),
            "readonly" => new PostgresException("read-only", "ERROR", "ERROR", PostgresErrorCodes.ReadOnlySqlTransaction),
            "full" => new PostgresException("could not extend file", "ERROR", "ERROR", PostgresErrorCodes.DiskFull),
            "deadlock" => new PostgresException("deadlock", "ERROR", "ERROR", PostgresErrorCodes.DeadlockDetected),
            _ => new PostgresException("syntax", "ERROR", "ERROR", PostgresErrorCodes.SyntaxError),
        }));
    }

    private sealed record Note(int Number);

    private sealed record Answer(HttpResponseMessage Response, string Text, JsonElement Json)
    {
        public void ShouldBe(int status, string code)
        {
            ((int)Response.StatusCode).ShouldBe(status);
            Response.Content.Headers.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/problem+json");
            Json.GetProperty("type").GetString().ShouldBe("urn:banyan:problem:" + code);
            Json.GetProperty("status").GetInt32().ShouldBe(status);
            Json.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        }
    }
}
