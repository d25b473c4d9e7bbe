using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Blueprints.Checking;
using Banyan.Blueprints.Reading;
using Banyan.Blueprints.Tests.Reading;

namespace Banyan.Blueprints.Tests.Access;

/// <summary>Whatever can be read as an access section can be compiled, checked, written and asked; and the schema takes what the reader takes.</summary>
public class AccessLanguageTests
{
    private static readonly string[] Attributes = [.. Enum.GetValues<AccessAttribute>().Select(static a => a.Word()), "colour"];

    private static readonly string[] Terms =
    [
        "staff", "not staff", "machine", "operator", "not operator", "KE", "not NG", "africa", "not eu", "lakes", "nowhere", "same as resource.owner", "not same as subject", "same as subject", "same as home", "same as resource.region",
        "not same as resource.jurisdiction", "same as jurisdiction", "at least 2", "below 1", "\">= 3\"", "\"<2\"", "not 1", "2", "4", "above $10", "\"at most $10,000\"", "$5", "above EUR 5", "below $1/month", "support", "a", "~", "''", "not not a",
    ];

    private static readonly string[] Patterns = ["disaster.alerts.issue", "\"*\"", "climate.*", "\"*.*.read\"", "disaster", "a.b.c.d", "personal.own.*"];

    [Fact]
    public void ReadText_AnyAccessSection_WhatIsReadCanBeUsed()
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var text = "platform: x\nregions: { a: { jurisdiction: KE }, b: { jurisdiction: NG } }\nareas: { lakes: [KE, UG] }\naccess:\n  rules:\n"
                + string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(n => Rule(random, n)))
                + $"  limits: {{ l: {{ per: {Pick(random, "ip", "key", "all")}, actions: {Pick(random, Patterns)}, quota: {Pick(random, "5/s", "1K/d", "9")} }} }}\n";
            var result = BlueprintReader.ReadText(text, "access.yaml");
            if (result.Blueprint is not { } blueprint)
            {
                refused++;
                continue;
            }

            read++;
            BlueprintSchemaTests.Validate(text).ShouldBeEmpty($"seed {seed}: what the reader takes, the schema takes\n{text}");
            _ = BlueprintChecker.CheckAccess(blueprint);
            var model = AccessModels.Of(blueprint);
            var back = JsonSerializer.Deserialize(JsonSerializer.Serialize(model, AccessModelJson.Default.AccessModel), AccessModelJson.Default.AccessModel)!;
            var (policy, again) = (AccessPolicy.Compile(model), AccessPolicy.Compile(back));
            foreach (var question in SmallAccess.AllQuestions().Where((_, i) => i % 997 == 0).Select(q => q with { Action = "disaster.alerts.issue" }))
                again.Decide(in question).ShouldBe(policy.Decide(in question), $"seed {seed}");
        }

        read.ShouldBeGreaterThan(40, "nothing is read any more");
        refused.ShouldBeGreaterThan(40, "nothing is refused any more");
    }

    private static string Rule(Random random, int number)
    {
        var when = Enumerable.Range(0, random.Next(0, 3)).Select(_ => Pick(random, Attributes)).Distinct().Select(a => $"{a}: [{string.Join(", ", Enumerable.Range(0, random.Next(1, 3)).Select(_ => TermFor(random, a)))}]");
        return $"    r{number}: {{ effect: {Pick(random, "allow", "deny", "deny")}, actions: {Pick(random, Patterns)}, when: {{ {string.Join(", ", when)} }} }}\n";
    }

    /// <summary>Mostly one that fits.</summary>
    private static string TermFor(Random random, string attribute)
    {
        var fitting = Terms.Where(t => Enum.GetValues<AccessAttribute>().Any(a => a.Word() == attribute && AccessTerm.TryParse(a, t.Trim('"')) is not null)).ToArray();
        return fitting.Length == 0 || random.Next(8) == 0 ? Pick(random, Terms) : Pick(random, fitting);
    }

    private static string Pick(Random random, params string[] of) => of[random.Next(of.Length)];
}
