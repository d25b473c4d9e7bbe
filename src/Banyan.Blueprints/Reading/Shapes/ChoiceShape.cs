using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceShape<T>(string noun, params (string Word, T Value)[] choices) : ScalarShape<T> where T : struct, Enum
{
    public override string Noun => $"one of {Words}";

    /// <summary>The words and what they mean.</summary>
    public IReadOnlyList<(string Word, T Value)> Choices => choices;

    private string Words => string.Join(", ", choices.Select(c => c.Word));

    public override void WriteSchema(SchemaWriter schema) => schema.Choice(choices.Select(c => c.Word));

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out T value)
    {
        foreach (var (word, choice) in choices)
        {
            if (word == node.Text)
            {
                value = choice;
                return true;
            }
        }

        value = default;
        var near = EditDistance.Nearest(node.Text, choices.Select(c => c.Word));
        context.Report(ReadRules.Value, path, node.Place, $"'{QuantityText.Shorten(node.Text)}' is not {noun}", near is null ? $"write {Noun}" : $"did you mean '{near}'?");
        return false;
    }
}
