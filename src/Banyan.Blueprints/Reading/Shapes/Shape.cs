using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>What may be written in one place: the reader reads by it and the JSON Schema is written from it, so the two can't differ.</summary>
internal abstract class Shape
{
    /// <summary>With its article, such as <c>a list of names</c>.</summary>
    public abstract string Noun { get; }

    /// <summary>The shapes of what it holds many of; itself not included.</summary>
    public virtual IEnumerable<Shape> Items => [];

    /// <summary>Writes the keywords of this shape into the schema object that is begun.</summary>
    public abstract void WriteSchema(SchemaWriter schema);
}

/// <inheritdoc/>
/// <typeparam name="T">What is read from it.</typeparam>
internal abstract class Shape<T> : Shape
{
    /// <summary>Reads a node; reports what is wrong with it.</summary>
    /// <returns>Whether there is a value to use; a value may be given beside findings, so that what is around it is read too.</returns>
    public abstract bool TryRead(Node node, string path, ReadContext context, out T value);

    /// <summary>Reports that something else belongs here.</summary>
    protected bool WrongType(Node node, string path, ReadContext context)
    {
        if (node is ScalarNode { IsEmpty: true })
            context.Report(ReadRules.Type, path, node.Place, $"{NameOf(path)} has no value", $"write {Noun}, or take the key out");
        else
            context.Report(ReadRules.Type, path, node.Place, $"{NameOf(path)} has {node.Noun}", $"write {Noun}");
        return false;
    }

    private static string NameOf(string path) => path.Length == 0 ? "the blueprint" : $"'{Quantities.QuantityText.Shorten(path[(path.LastIndexOf('.') + 1)..])}'";
}
