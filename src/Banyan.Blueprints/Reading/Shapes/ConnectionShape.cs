using System.Text.RegularExpressions;
using Banyan.Blueprints.Reading.Yaml;

namespace Banyan.Blueprints.Reading.Shapes;

/// <summary>
/// Where a connection string is, or the string itself. One with a password is refused, and never repeated: a blueprint is
/// kept in Git, copied into the data folder and shown to people.
/// </summary>
internal sealed partial class ConnectionShape : ScalarShape<string>
{
    // Any word that ends so, whatever stands before it: "Password", "SSL Password", "PWD".
    private const string Secret = @"(?:[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Pp][Ww][Dd]|[Pp][Ss][Ww])[ \t]*=";
    private const string Pattern = @"(?:env:[A-Za-z_][A-Za-z0-9_]{0,127}|file:/[^\u0000-\u001f]{1,900}|(?!.*" + Secret + @")[A-Za-z][A-Za-z ]{0,40}=[^;\u0000-\u001f]*(?:;[^\u0000-\u001f]*)?)";

    private static readonly TextShape Text = new("where a connection string is", Pattern, t => Valid().IsMatch(t), "env:EAST_DATABASE, file:/etc/banyan/east.connection, or Host=db.example.org;Database=east;Username=banyan");

    public override string Noun => Text.Noun;

    public override void WriteSchema(SchemaWriter schema) => Text.WriteSchema(schema);

    protected override bool TryRead(ScalarNode node, string path, ReadContext context, out string value)
    {
        value = node.Text.Trim();
        if (Text.IsValid(value))
            return true;
        if (HasSecret().IsMatch(value) || value.Contains("://", StringComparison.Ordinal))
            context.Report(ReadRules.Value, path, node.Place, "a blueprint is no place for a password: it is kept in Git, copied and shown", "put the connection string into a file or an environment variable and name that: file:/etc/banyan/east.connection or env:EAST_DATABASE");
        else
            context.Report(ReadRules.Value, path, node.Place, "this does not say where a connection string is", "write env:EAST_DATABASE, file:/etc/banyan/east.connection (an absolute path), or Host=db.example.org;Database=east;Username=banyan");
        return false;
    }

    [GeneratedRegex("^" + Pattern + "$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Valid();

    [GeneratedRegex(Secret, RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HasSecret();
}
