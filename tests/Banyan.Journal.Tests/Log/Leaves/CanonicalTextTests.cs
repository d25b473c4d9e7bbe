using System.Text;
using System.Text.Json;
using Banyan.Journal.Log.Leaves;
using Banyan.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Journal.Tests.Log.Leaves;

public class CanonicalTextTests
{
    [Theory]
    [InlineData("arrays")]
    [InlineData("french")]
    [InlineData("structures")]
    [InlineData("unicode")]
    [InlineData("values")]
    [InlineData("weird")]
    public void String_OfThePublicVectors_StandsInTheCanonicalForm(string vector)
    {
        if (SharedVectors.Find("jcs/testdata") is not { } folder)
        {
            Assert.Skip("../shared/vectors/jcs is not here");
            return;
        }

        var canonical = File.ReadAllText(Path.Combine(folder, "output", $"{vector}.json"));
        using var input = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "input", $"{vector}.json")));

        foreach (var text in Strings(input.RootElement))
            canonical.ShouldContain(Write(text), Case.Sensitive);
    }

    [Fact]
    public void String_AnyText_ReadsBackAndEscapesNothingElse() => Prop.ForAll<string>(static given =>
    {
        var text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(given ?? "")); // no surrogate alone, as from a database
        var written = Write(text);
        return JsonSerializer.Deserialize<string>(written) == text && written.Count(static c => c == '\\') >= text.Count(static c => c is '"' or '\\' or < ' ')
            && Encoding.UTF8.GetByteCount(written) <= 2 + (6 * Encoding.UTF8.GetByteCount(text));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void String_SurrogateAlone_Throws() => Should.Throw<EncoderFallbackException>(() => Write("a\ud800b"));

    private static string Write(string text)
    {
        var canonical = new CanonicalText(stackalloc byte[4]);
        canonical.String(text);
        return Encoding.UTF8.GetString(canonical.ToArray());
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static m => Strings(m.Value).Prepend(m.Name)),
        _ => [],
    };
}
