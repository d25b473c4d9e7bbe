using System.CommandLine;
using System.Globalization;
using System.Text;
using Banyan.Cli.Credentials;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan credential evidence RECEIPT</c>: what came of a drill, as a credential of the drilled region's organisation.</summary>
internal sealed class CredentialEvidenceVerb : Verb
{
    private const int Tries = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Argument<string> _receipt = new("RECEIPT") { Description = "The evidence of a drill, as its result names it" };
    private readonly Option<string?> _out = new("--out") { Description = "The file to write (default: stdout)", HelpName = "FILE" };
    private readonly Option<string?> _data = VerbOptions.Data();

    public CredentialEvidenceVerb()
        : base("evidence", "Issues a credential of what came of a drill")
    {
        Add(_receipt);
        Add(_out);
        Add(_data);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan credential evidence $(banyan drill region-loss --format json | jq -r .evidence) --out drill.vc", "for whoever takes credentials; `banyan proof --oscal` is for an assessor's tools"),
        ("banyan credential check drill.vc", "checks it"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(input.GetRequiredValue(_receipt), out var receipt))
            throw new CommandFailure($"'{input.GetValue(_receipt)}' is no receipt: it is an id such as 0192f3a4-5b6c-7d8e-9f00-112233445566");
        var platform = CredentialPlatform.Open(input.GetValue(_data));
        var body = Encoding.UTF8.GetBytes($$"""{"receipt":"{{receipt}}"}""");
        foreach (var partition in platform.State.Partitions)
        {
            if (await IssueAsync(platform, partition.Name, body, context.Time, cancellationToken) is not { } credential)
                continue;
            if (input.GetValue(_out) is { } file)
            {
                CredentialFiles.Write(file, credential);
                context.Terminal.Error.WriteLine($"the organisation of {partition.Name} attests it: {file}");
            }
            else
            {
                context.Terminal.Out.WriteLine(credential);
            }

            return ExitCode.Holds;
        }

        throw new CommandFailure($"no region has what came of a drill under {receipt}: `banyan drills --format json` lists them");
    }

    /// <summary>Null where the partition has no such evidence.</summary>
    private static async Task<string?> IssueAsync(CredentialPlatform platform, string partition, byte[] body, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var i = 1; ; i++)
        {
            var (status, answer) = await platform.AskAsync(HttpMethod.Post, $"/regions/{partition}/identity/v1/evidence", body, cancellationToken);
            var json = StrictJson.ReadObject(answer);
            if (status is 200 or 201 && json is { } issued && StrictJson.Text(issued, "credential") is { } credential)
                return credential;
            if (status == 404)
                return null;
            var why = json is { } problem ? StrictJson.Text(problem, "detail") : null;
            if (status is not (409 or 503) || i == Tries)
                throw new CommandFailure(string.Create(CultureInfo.InvariantCulture, $"{partition} issues nothing ({status}): {why?.TrimEnd('.') ?? "it does not say why"}"));
            await Task.Delay(Pause, time, cancellationToken); // the log's next checkpoint covers it
        }
    }
}
