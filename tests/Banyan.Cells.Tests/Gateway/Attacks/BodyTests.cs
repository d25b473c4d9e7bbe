using System.IO.Compression;
using System.Text;
using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>Bodies that are more than they seem.</summary>
public sealed class BodyTests(AccessCellFixture fixture) : IClassFixture<AccessCellFixture>
{
    private AccessCell Cell => fixture.Cell;

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, gzip")]
    [InlineData("identity, gzip")]
    public async Task Compressed_WhereNobodyUndoesIt_415(string encoding)
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[10 << 20]);
        bomb.Length.ShouldBeLessThan(20_000);

        var answer = await Cell.SendAsync(HttpMethod.Post, "/notes/v1/any", null, new ByteArrayContent(bomb.ToArray()), ("Content-Encoding", encoding));

        answer.ShouldBe(415, "unsupported-encoding").Header("Accept-Encoding").ShouldBe("identity");
    }

    [Theory]
    [InlineData(32, 200)]
    [InlineData(33, 400)]
    [InlineData(100_000, 400)]
    public async Task DeepJson_IsRefusedBeforeTheService(int depth, int status)
    {
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"a\":", "}") })
        {
            var text = string.Concat(Enumerable.Repeat(open, depth)) + (open == "[" ? "" : "1") + string.Concat(Enumerable.Repeat(close, depth));
            (await PostAsync("any", text)).ShouldBe(status, status == 200 ? null : "json-invalid");
        }
    }

    [Theory]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1,\"\\u0061\":2}")]
    [InlineData("{\"a\":{\"b\":1,\"b\":1}}")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1}{}")]
    [InlineData("{a:1}")]
    [InlineData("NaN")]
    public async Task Json_ThatTwoReadersTakeForDifferentThings_400(string text) => (await PostAsync("any", text)).ShouldBe(400, "json-invalid");

    [Fact]
    public async Task Json_OfTheShape_ReachesTheServiceUnchanged()
    {
        const string Text = """{ "text": "hello",  "stars": 5, "tags": ["a"] }""";
        (await PostAsync("shaped", Text)).ShouldBe(200).Text.ShouldBe(Text);
    }

    [Fact]
    public async Task Json_OfAnotherShape_422NamesEveryPlace()
    {
        var answer = (await PostAsync("shaped", """{"text":7,"stars":9,"tags":["a","b","this is too long"],"admin":true}""")).ShouldBe(422, "body-invalid");
        answer.Json.GetProperty("errors").EnumerateArray().Select(static e => e.GetProperty("pointer").GetString()).ShouldBe(["/text", "/stars", "/tags/2", "/admin"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "is missing")]
    [InlineData("null", "must be an object")]
    public async Task Json_NotWhatIsAskedFor_422(string text, string says) => (await PostAsync("shaped", text)).ShouldBe(422, "body-invalid").Detail.ShouldContain(says);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonx")]
    public async Task Type_OtherThanDescribed_415(string type) => (await PostAsync("shaped", """{"text":"a"}""", type)).ShouldBe(415, "unsupported-media-type");

    [Theory]
    [InlineData("limit=1&deep=true&kind=long&id=6f9619ff-8b86-d011-b42d-00c04fc964ff", 200)]
    [InlineData("", 200)]
    [InlineData("other=1", 200)]
    [InlineData("limit=0", 400)]
    [InlineData("limit=101", 400)]
    [InlineData("limit=1e1", 400)]
    [InlineData("limit=ten", 400)]
    [InlineData("limit=1&limit=2", 400)]
    [InlineData("LIMIT=1000", 400)]
    [InlineData("limit=99999999999999999999", 400)]
    [InlineData("deep=1", 400)]
    [InlineData("kind=middling", 400)]
    [InlineData("id=1", 400)]
    public async Task Query_BesideItsDescription_IsChecked(string query, int status)
    {
        var answer = (await Cell.GetAsync("/notes/v1/query?" + query)).ShouldBe(status);
        if (status == 400)
            answer.ShouldBe(400, "bad-request").Detail.ShouldStartWith("The parameter ");
    }

    [Fact]
    public async Task Query_OfManyParameters_400() => (await Cell.GetAsync("/notes/v1/query?" + string.Join('&', Enumerable.Range(0, 65).Select(static i => $"a{i}=1")))).ShouldBe(400, "bad-request");

    private Task<Answer> PostAsync(string path, string text, string type = "application/json") => Cell.SendAsync(HttpMethod.Post, "/notes/v1/" + path, null, new StringContent(text, Encoding.UTF8, type));
}
