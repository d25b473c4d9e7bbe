using System.CommandLine;
using System.Text;
using Banyan.Cli.Verify;
using Banyan.Control.Drills.Evidence;
using Banyan.Engines.Files;
using Banyan.Journal.Log.Proofs;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan proof RECEIPT</c>: a change in one file for an auditor.</summary>
internal sealed class ProofVerb : Verb
{
    private readonly Argument<string> _receipt = new("RECEIPT") { Description = "The receipt that the change was answered with" };
    private readonly Option<string?> _out = new("--out") { Description = "The file to write (default: stdout)", HelpName = "FILE" };
    private readonly Option<string?> _oscal = new("--oscal") { Description = "Of a drill's result: also writes it as OSCAL assessment results, with the proof in it", HelpName = "FILE" };
    private readonly Option<bool> _wait = new("--wait") { Description = "Waits until the change is in a checkpoint and that is anchored" };
    private readonly Option<string?> _data = VerbOptions.Data();

    public ProofVerb()
        : base("proof", "Writes the proof of a change into one file, for an auditor")
    {
        Add(_receipt);
        Add(_out);
        Add(_oscal);
        Add(_wait);
        Add(_data);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan proof 0192f3a4-… --out change.proof.json", "the entry with its salt, its leaf, the inclusion proof, the cosigned checkpoint, the anchor on the chain, the keys; it holds what the change holds, so mind who gets it"),
        ("banyan proof 0192f3a4-… --wait --out change.proof.json", "of a change that was made just now: with its anchor, which comes some seconds later"),
        ("banyan verify change.proof.json --keys log-keys", "checks it, anywhere"),
        ("banyan proof $(banyan drill region-loss --format json | jq -r .evidence) --oscal drill.oscal.json", "a drill's evidence for an assessor's tools; `banyan verify` takes it too"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(input.GetRequiredValue(_receipt), out var receipt))
            throw new CommandFailure($"'{input.GetValue(_receipt)}' is no receipt: it is an id such as 0192f3a4-5b6c-7d8e-9f00-112233445566");
        using var live = LiveLogs.Open(input.GetValue(_data), keys: null, context.Time);
        var proof = await new ProofMaker(live, context.Terminal, context.Time) { Waits = input.GetValue(_wait) }.MakeAsync(receipt, cancellationToken);
        if (proof.Check(live.Keys).Problems is [var problem, ..])
            throw new CommandFailure($"the proof does not hold: {problem} (banyan verify)") { ExitCode = ExitCode.FoundWrong };
        if (input.GetValue(_oscal) is { } oscal)
            Write(oscal, Oscal(proof, receipt));
        if (input.GetValue(_out) is not { } file)
        {
            if (input.GetValue(_oscal) is not null)
                return ExitCode.Holds;

            context.Terminal.Out.WriteLine(Encoding.UTF8.GetString(proof.ToJson()));
            return ExitCode.Holds;
        }

        Write(file, proof.ToJson());
        context.Terminal.Error.WriteLine($"entry {proof.Entry.Position} of {proof.Entry.Partition}, proven by a checkpoint that {string.Join(", ", proof.Check(live.Keys).Checkpoint!.Cosigners)} cosigned{AnchorOf(proof)}: {file}");
        return ExitCode.Holds;
    }

    private static byte[] Oscal(AuditProof proof, Guid receipt)
    {
        try
        {
            return OscalResults.Write(proof);
        }
        catch (FormatException error)
        {
            throw new CommandFailure($"--oscal is for drills: receipt {receipt} {error.Message}");
        }
    }

    private static void Write(string file, byte[] bytes)
    {
        try
        {
            DurableFile.Replace(file, bytes, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't write {file}: {error.Message.TrimEnd('.')}");
        }
    }

    private static string AnchorOf(AuditProof proof) => proof.Anchor is { Evidence: { } anchor } ? $", and anchored at {anchor.Anchor.Size} entries in block {anchor.Anchor.Block} of chain {anchor.Contract.Chain}" : "";
}
