using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>One value.</summary>
internal abstract class ScalarShape<T> : Shape<T>
{
    public sealed override bool TryRead(Node node, string path, ReadContext context, out T value)
    {
        if (node is ScalarNode { IsEmpty: false } scalar)
            return TryRead(scalar, path, context, out value);
        value = default!;
        return WrongType(node, path, context);
    }

    protected abstract bool TryRead(ScalarNode node, string path, ReadContext context, out T value);
}
