using System.Text.RegularExpressions;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>An address of the web. A wrong one is not repeated: it may hold a password or a token.</summary>
internal sealed partial class AddressShape : ScalarShape<string>
{
    private const string Pattern = @"https?://[A-Za-z0-9.:\[\]-]{1,253}(?:[/?][!-""$-~]{0,700})?";

    private static readonly TextShape Text = new("an address of the web", Pattern, t => Valid().IsMatch(t), "https://ops.example.org/banyan");

    public override string Noun => Text.Noun;

    public override void WriteSchema(SchemaWriter schema) => Text.WriteSchema(schema);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out string value)
    {
        value = node.Text.Trim();
        if (Text.IsValid(value))
            return true;
        context.Report(ReadRules.Value, path, node.Place, "this is not an address of the web", "write for instance https://ops.example.org/banyan, without a user name or a fragment (#)");
        return false;
    }

    [GeneratedRegex("^(?:" + Pattern + ")$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Valid();
}
