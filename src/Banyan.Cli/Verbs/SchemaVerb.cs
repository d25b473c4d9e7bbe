using System.CommandLine;
using System.Text;
using Banyan.Blueprints.Reading;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan schema</c>: the blueprint's JSON Schema on stdout.</summary>
internal sealed class SchemaVerb : Verb
{
    public SchemaVerb()
        : base("schema", "Prints the blueprint's JSON Schema, so that an editor completes and checks blueprints") =>
        // JSON in either format; the option is there because every verb has it
        Add(VerbOptions.Format());

    public override IReadOnlyList<(string Command, string Does)> Examples =>
        [("banyan schema > blueprint.schema.json", "Name that file in the first line of a blueprint: # yaml-language-server: $schema=blueprint.schema.json")];

    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        using var schema = new MemoryStream();
        BlueprintSchema.Write(schema);
        context.Terminal.Out.WriteLine(Encoding.UTF8.GetString(schema.GetBuffer(), 0, (int)schema.Length));
        return Task.FromResult(ExitCode.Holds);
    }
}
