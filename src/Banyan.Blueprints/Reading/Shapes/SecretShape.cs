using System.Text.RegularExpressions;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>Where a secret is. The secret itself is refused, and never repeated (docs/decisions/0600-no-passwords-in-blueprints.md).</summary>
internal sealed partial class SecretShape : ScalarShape<string>
{
    private const string Pattern = @"(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:/[^\u0000-\u001f]{1,900})";

    private static readonly TextShape Text = new("where a secret is", Pattern, t => Valid().IsMatch(t), "env:OPS_WEBHOOK_SECRET or file:/etc/banyan/ops.secret");

    public override string Noun => Text.Noun;

    public override void WriteSchema(SchemaWriter schema) => Text.WriteSchema(schema);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out string value)
    {
        value = node.Text.Trim();
        if (Text.IsValid(value))
            return true;
        context.Report(ReadRules.Value, path, node.Place, "this does not say where a secret is, and a blueprint is no place for the secret itself: it is kept in Git, copied and shown", "put the secret into a file or an environment variable and name that: file:/etc/banyan/ops.secret or env:OPS_WEBHOOK_SECRET");
        return false;
    }

    [GeneratedRegex("^(?:" + Pattern + ")$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Valid();
}
