using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Latitude and longitude, as one text or as a list of two numbers.</summary>
internal sealed class CoordinatesShape : Shape<Coordinates>
{
    public override string Noun => "latitude and longitude, for instance [-1.2921, 36.8219]";

    public override void WriteSchema(SchemaWriter schema) => schema.Coordinates();

    public override bool TryRead(Node node, string path, ReadContext context, out Coordinates value)
    {
        value = default;
        var text = node switch
        {
            ScalarNode { IsEmpty: false } scalar => scalar.Text,
            ListNode { Items: [ScalarNode latitude, ScalarNode longitude] } => $"{latitude.Text.Trim()} {longitude.Text.Trim()}",
            _ => null,
        };
        if (text is null)
            return WrongType(node, path, context);
        var error = Coordinates.Parse(text, out value);
        if (error is not null)
            context.Report(path, node.Place, error);
        return error is null;
    }
}
