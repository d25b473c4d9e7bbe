using System.Text.Json.Nodes;
using Banyan.Blueprints.Reading;
using Banyan.Blueprints.Reading.Language;
using Banyan.Blueprints.Reading.Shapes;

namespace Banyan.Blueprints.Tests.Reading;

/// <summary>The schema says what the reader says.</summary>
public class BlueprintSchemaTests
{
    private static readonly JsonObject Schema = Load();

    public static TheoryData<string> Files => [.. Repository.Blueprints];

    [Theory]
    [MemberData(nameof(Files))]
    public void Validate_BlueprintOfTheRepository_Holds(string file) => Validate(File.ReadAllText(file)).ShouldBeEmpty();

    [Theory]
    [InlineData("platform: p\nobjektives: { rto: 15m }")]
    [InlineData("platform: p\nobjectives: { rto: 15 minutes }")]
    [InlineData("platform: p\nobjectives: { rto: 15 }")]
    [InlineData("title: no name")]
    [InlineData("platform: Not A Name")]
    [InlineData("platform: p\nstores: { s: { role: relationall } }")]
    [InlineData("platform: p\nstores: { s: { engine: postgresql } }")]
    [InlineData("platform: p\nregions: [east]")]
    [InlineData("platform: p\nregions: { East: {} }")]
    [InlineData("platform: p\nservices: { s: { port: 99999 } }")]
    [InlineData("platform: p\ntiers: { middle: {} }")]
    [InlineData("platform: p\nregions: { r: { coordinates: [1, 200] } }")]
    [InlineData("platform: p\nprices: { total: 46000 }")]
    [InlineData("platform: p\naccess: { roles: { r: [disaster] } }")]
    [InlineData("platform: p\naccess: { rules: { r: { effect: permit, actions: climate.* } } }")]
    [InlineData("platform: p\naccess: { rules: { r: { effect: deny, actions: climate.*, when: { assurance: above 4 } } } }")]
    [InlineData("platform: p\naccess: { rules: { r: { effect: deny, actions: climate.*, when: { home: same as resource.owner } } } }")]
    [InlineData("platform: p\naccess: { rules: { r: { effect: deny, actions: climate.*, when: { subject: kenya.abc } } } }")]
    [InlineData("platform: p\naccess: { cors: { origins: \"https://portal.example.org/\" } }")]
    [InlineData("platform: p\nservices: { s: { actions: place } }")]
    public void Validate_Wrong_FailsAsTheReaderDoes(string text)
    {
        Validate(text).ShouldNotBeEmpty();
        BlueprintReader.ReadText(text, "x").Findings.ShouldNotBeEmpty();
    }

    [Fact]
    public void Keys_OfEveryPart_AreThoseOfTheReader()
    {
        var seen = new HashSet<string>();
        Compare(BlueprintLanguage.Blueprint, Schema, seen);
        Schema["$defs"]!.AsObject().Where(d => KeysOf(d.Value!.AsObject()) is not null).Select(d => d.Key).Except(seen).ShouldBeEmpty();
        seen.Count.ShouldBeGreaterThan(35);
    }

    [Fact]
    public void Choices_OfTheLanguage_CoverEveryValue()
    {
        Covers(PromiseLanguage.Mode);
        Covers(RegionLanguage.Redundancy);
        Covers(RegionLanguage.Role);
        Covers(ServiceLanguage.Speed);
        Covers(StoreLanguage.Role);
        Covers(StoreLanguage.Scope);
        Covers(StoreLanguage.ReplicationMode);
        Covers(StoreLanguage.BackupScope);
        Covers(ChainLanguage.Access);
        Covers(ChainLanguage.Consensus);
        Covers(ChainLanguage.Role);
        Covers(RoutingLanguage.Kind);
        Covers(PolicyLanguage.Status);
        Covers(PolicyLanguage.Right);
        Covers(OperationLanguage.Strategy);
        Covers(OperationLanguage.MigrationTime);
        Covers(OperationLanguage.Severity);
        Covers(AccessLanguage.Effect);
        Covers(AccessLanguage.Per);
        Covers(AccessLanguage.Kind);
        Covers(Common.TierWord);
    }

    public static List<string> Validate(string yaml) => new TinyJsonSchema(Schema).Validate(CoreSchemaYaml.ToJson(yaml));

    private static void Covers<T>(ChoiceShape<T> choice) where T : struct, Enum => choice.Choices.Select(c => c.Value).ShouldBe(Enum.GetValues<T>(), ignoreOrder: true);

    /// <summary>Walks the reader's parts and the schema's definitions side by side.</summary>
    private static void Compare(IMapShape part, JsonObject definition, HashSet<string> seen)
    {
        var keys = KeysOf(definition).ShouldNotBeNull(part.Name);
        keys.Select(k => k.Key).ShouldBe(part.Keys.Select(k => k.Key));
        foreach (var key in part.Keys)
        {
            key.Doc.ShouldEndWith(".", customMessage: key.Key);
            keys[key.Key]!["description"]!.GetValue<string>().ShouldBe(key.Doc);
            foreach (var child in PartsOf(key.Shape).Where(c => seen.Add(c.Name)))
                Compare(child, Schema["$defs"]![child.Name]!.AsObject(), seen);
        }
    }

    private static JsonObject? KeysOf(JsonObject definition) =>
        definition["properties"]?.AsObject() ?? definition["anyOf"]?.AsArray().Select(a => a!["properties"]?.AsObject()).FirstOrDefault(p => p is not null);

    /// <summary>The parts that a shape is made of: itself, or those of its items.</summary>
    private static IEnumerable<IMapShape> PartsOf(Shape shape) => shape is IMapShape part ? [part] : shape.Items.SelectMany(PartsOf);

    private static JsonObject Load()
    {
        using var stream = new MemoryStream();
        BlueprintSchema.Write(stream);
        return JsonNode.Parse(stream.ToArray())!.AsObject();
    }
}
