using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Reading;

/// <summary>Whatever a text holds, reading it ends, and says where.</summary>
public class ReaderFuzzTests
{
    private const int Rounds = 120;

    private static readonly string[] Insertions =
        ["\t", "\0", ":", ": ", "- ", "{", "}", "[", "]", "&a ", "*a", "!!str ", "'", "\"", "|\n", ">\n", "# ", "---\n", "...\n", "? ", "%", "@", "`", "\u0085", "\u2028", "\uFEFF", "\\", "<<: *a", "..", "+", "-", "€", "😀", "\uD800", "null", "~", "true", "99999999999999999999", "1e400", "\r", "\n\n  "];

    public static TheoryData<string> Files => [.. Repository.Blueprints];

    [Theory]
    [MemberData(nameof(Files))]
    public void ReadText_MutatedBlueprint_NeverThrowsAndPointsInside(string file)
    {
        var original = File.ReadAllText(file);
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var text = original;
            for (var edits = random.Next(1, 6); edits > 0; edits--)
                text = Mutate(text, random);

            var result = BlueprintReader.ReadText(text, file);

            (result.Blueprint is null).ShouldBe(result.Findings.Count > 0, $"seed {seed}");
            foreach (var finding in result.Findings)
                CheckPlace(finding, text, seed);
            if (result.Blueprint is not null && !text.Contains("- ---"))
                BlueprintSchemaTests.Validate(text).ShouldBeEmpty($"seed {seed}: what the reader takes, the schema takes");
        }
    }

    [Fact]
    public void ReadText_RandomText_NeverThrowsAndPointsInside()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var random = new Random(seed);
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(3) == 0 ? Insertions[random.Next(Insertions.Length)] : ((char)random.Next(32, 127)).ToString()));

            var result = BlueprintReader.ReadText(text, "random");

            foreach (var finding in result.Findings)
                CheckPlace(finding, text, seed);
        }
    }

    [Fact]
    public void ReadBytes_RandomBytes_NeverThrows()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var bytes = new byte[seed % 97];
            new Random(seed).NextBytes(bytes);

            BlueprintReader.ReadBytes(bytes, "random").Findings.ShouldNotBeEmpty();
        }
    }

    private static void CheckPlace(Finding finding, string text, int seed)
    {
        // the ends of lines that YAML knows
        var lines = text.Split(["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"], StringSplitOptions.None);
        finding.Line.ShouldBeInRange(1, lines.Length + 1, $"seed {seed}: {finding}");
        finding.Column.ShouldBeInRange(1, (finding.Line <= lines.Length ? lines[finding.Line - 1].Length : 0) + 1, $"seed {seed}: {finding}");
        finding.Message.ShouldNotContain('\n', customMessage: $"seed {seed}");
    }

    private static string Mutate(string text, Random random)
    {
        if (text.Length == 0)
            return text;
        var at = random.Next(text.Length);
        switch (random.Next(7))
        {
            case 0: return text.Remove(at, 1);
            case 1: return text.Insert(at, Insertions[random.Next(Insertions.Length)]);
            case 2: return text.Remove(at, 1).Insert(at, ((char)random.Next(32, 127)).ToString());
            case 3: return text[..at];
            default:
                var lines = text.Split('\n').ToList();
                var line = random.Next(lines.Count);
                switch (random.Next(4))
                {
                    case 0: lines.RemoveAt(line); break;
                    case 1: lines.Insert(line, lines[random.Next(lines.Count)]); break;
                    case 2: lines[line] = new string(' ', random.Next(9)) + lines[line].TrimStart(); break;
                    default: lines[line] = lines[line].Replace(": ", ":"); break;
                }

                return string.Join('\n', lines);
        }
    }
}
