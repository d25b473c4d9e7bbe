using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway.Validation;
using Banyan.Cells.Tests.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>Requests beside what their endpoints say of them: queries, forms and JSON.</summary>
public class DescribedRequestTests
{
    private static readonly QueryParameter Name = new("name", QueryType.Text) { Required = true, Pattern = new TextPattern("[a-z]{1,5}", "1 to 5 small letters") };

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/notes/v1/form", async (HttpRequest r) => string.Join(' ', (await r.ReadFormAsync()).Select(static f => $"{f.Key}={f.Value}"))).OpenToAll()
            .TakesForm(Name, new("stars", QueryType.Integer) { Least = 1, Most = 5 }, new("tag", QueryType.Text) { Repeats = true });
        routes.MapPost("/notes/v1/loose", (HttpRequest r) => new StreamReader(r.Body).ReadToEndAsync()).OpenToAll().TakesBody("text/plain", RequestBody.AnyType).BodyMayBeAbsent().TakesEncoded("gzip");
        routes.MapPost("/notes/v1/foreign", (HttpContext c) => "said").OpenToAll().TakesForm(Name).RefusesAs(static (status, detail) => Results.Text($"{status}: {detail}", statusCode: 400));
        routes.MapPost("/notes/v1/nothing", (HttpContext c) => "said").OpenToAll().TakesNothing();
    }

    private static StringContent Form(string text) => new(text, Encoding.ASCII, RequestBody.Form);

    [Fact]
    public async Task Form_AsDescribed_IsReadByTheEndpoint()
    {
        await using var cell = await AccessCell.StartAsync(endpoints: Map);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form", null, Form("name=amina&stars=&tag=a&tag=b&other=1"))).ShouldBe(200).Text.ShouldBe("name=amina stars= tag=a,b other=1");
    }

    [Fact]
    public async Task Form_WrongInSeveralPlaces_NamesThemAll()
    {
        await using var cell = await AccessCell.StartAsync(endpoints: Map);
        var answer = (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form", null, Form("stars=6&name=&tag=a"))).ShouldBe(422, "body-invalid");
        answer.Detail.ShouldBe("/stars must be a whole number from 1 to 5. /name is missing.");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form", null, Form("name=a&name=b"))).ShouldBe(422, "body-invalid").Detail.ShouldBe("/name is there more than once.");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form", null, Form("name=AMINA"))).ShouldBe(422, "body-invalid").Detail.ShouldBe("/name must be 1 to 5 small letters.");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form", null, Form("name=a&" + string.Join('&', Enumerable.Range(0, 100).Select(static i => $"f{i}=1"))))).ShouldBe(400, "bad-request");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form", null, new StringContent("{}", Encoding.UTF8, "application/json"))).ShouldBe(415, "unsupported-media-type");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/form")).ShouldBe(400, "bad-request").Detail.ShouldBe($"The body is missing: send {RequestBody.Form}.");
    }

    [Fact]
    public async Task Query_WrongInSeveralPlaces_NamesThemAll()
    {
        await using var cell = await AccessCell.StartAsync(endpoints: Map);
        var answer = (await cell.GetAsync("/notes/v1/query?limit=0&deep=x&id=y&kind=long&free=1")).ShouldBe(400, "bad-request");
        answer.Detail.ShouldBe("The parameter limit must be a whole number from 1 to 100. The parameter deep must be true or false. The parameter id must be a UUID.");
        answer.Json.GetProperty("errors").EnumerateArray().Select(static e => e.GetProperty("parameter").GetString()).ShouldBe(["limit", "deep", "id"]);
        (await cell.GetAsync("/notes/v1/query?LIMIT=0")).ShouldBe(400, "bad-request");
        (await cell.GetAsync("/notes/v1/query?limit=&deep=&id=")).ShouldBe(200);
    }

    [Fact]
    public async Task Body_OfAnyTypeOrNone_ReachesWhoTakesIt()
    {
        await using var cell = await AccessCell.StartAsync(endpoints: Map);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/loose")).ShouldBe(200).Text.ShouldBeEmpty();
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/loose", null, new StringContent("a b", Encoding.UTF8, "application/x-www-form-urlencoded"))).ShouldBe(200).Text.ShouldBe("a b");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/loose", null, new StringContent("z", Encoding.UTF8, "text/plain"), ("Content-Encoding", "gzip"))).ShouldBe(200);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/nothing")).ShouldBe(200);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/nothing", null, new StringContent("{}", Encoding.UTF8, "application/json"))).ShouldBe(200);
    }

    [Fact]
    public async Task Flaw_WhereTheEndpointHasItsOwnWords_IsToldInThem()
    {
        await using var cell = await AccessCell.StartAsync(endpoints: Map);
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/foreign", null, Form("name=AMINA"))).ShouldBe(400).Text.ShouldBe("422: /name must be 1 to 5 small letters.");
        (await cell.SendAsync(HttpMethod.Post, "/notes/v1/foreign", null, new StringContent("x"))).ShouldBe(400).Text.ShouldStartWith("415: ");
    }

    [Theory]
    [InlineData("""{"tags":{"a":"x"},"one":"text"}""", null)]
    [InlineData("""{"tags":null,"one":["a","b"]}""", null)]
    [InlineData("""{"tags":{"a/b":""}}""", "/tags/a~1b")]
    [InlineData("""{"tags":{"a":"x","b":"x","c":"x"}}""", "/tags")]
    [InlineData("""{"tags":[]}""", "/tags")]
    [InlineData("""{"one":5}""", "/one")]
    [InlineData("""{"one":["a",5]}""", "/one/1")]
    [InlineData("""{"word":"LOW"}""", null)]
    [InlineData("""{"word":"none"}""", "/word")]
    [InlineData("""{"word":null}""", "/word")]
    public void Json_MapsEithersAndWords_AreHeldToTheirShape(string json, string? wrongAt)
    {
        var shape = JsonShape.Object(
            ("tags?", JsonShape.Map(JsonShape.Text(5, 1), 2).OrNull()),
            ("one?", JsonShape.Either(JsonShape.Text(5), JsonShape.List(JsonShape.Text(5), 3))),
            ("word?", JsonShape.Word("low", "high") with { AnyCase = true }));
        var flaw = JsonBody.Check(Encoding.UTF8.GetBytes(json), shape);
        (flaw?.Places.Single().Where).ShouldBe(wrongAt);
    }

    [Theory]
    [InlineData("abc", true)]
    [InlineData("abcdef", false)]
    [InlineData("abc\n", false)]
    [InlineData("xabc ", false)]
    public void Pattern_WholeText_MustFit(string text, bool fits) => Name.Pattern!.Fits(text).ShouldBe(fits);

    [Fact]
    public void Find_NothingDescribed_FindsNothing() => new ParameterRules([]).Find([new KeyValuePair<string, StringValues>("a", "b")]).ShouldBeEmpty();
}
