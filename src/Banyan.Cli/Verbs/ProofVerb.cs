using System.CommandLine;
using System.Text;
using Banyan.Cli.Verify;
using Banyan.Control.Drills.Evidence;
using Banyan.Engines.Files;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Npgsql;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan proof RECEIPT</c>: a change in one file for an auditor.</summary>
internal sealed class ProofVerb : Verb
{
    private readonly Argument<string> _receipt = new("RECEIPT") { Description = "The receipt that the change was answered with" };
    private readonly Option<string?> _out = new("--out") { Description = "The file to write (default: stdout)", HelpName = "FILE" };
    private readonly Option<string?> _oscal = new("--oscal") { Description = "Of a drill's result: also writes it as OSCAL assessment results, with the proof in it", HelpName = "FILE" };
    private readonly Option<string?> _data = VerbOptions.Data();

    public ProofVerb()
        : base("proof", "Writes the proof of a change into one file, for an auditor")
    {
        Add(_receipt);
        Add(_out);
        Add(_oscal);
        Add(_data);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan proof 0192f3a4-… --out change.proof.json", "the entry with its salt, its leaf, the inclusion proof, the cosigned checkpoint, the keys; it holds what the change holds, so mind who gets it"),
        ("banyan verify change.proof.json --keys log-keys", "checks it, anywhere"),
        ("banyan proof $(banyan drill region-loss --format json | jq -r .evidence) --oscal drill.oscal.json", "a drill's evidence for an assessor's tools; `banyan verify` takes it too"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(input.GetRequiredValue(_receipt), out var receipt))
            throw new CommandFailure($"'{input.GetValue(_receipt)}' is no receipt: it is an id such as 0192f3a4-5b6c-7d8e-9f00-112233445566");
        using var live = LiveLogs.Open(input.GetValue(_data), keys: null, context.Time);
        var proof = await MakeAsync(live, receipt, context, cancellationToken);
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
        context.Terminal.Error.WriteLine($"entry {proof.Entry.Position} of {proof.Entry.Partition}, proven by a checkpoint that {string.Join(", ", proof.Check(live.Keys).Checkpoint!.Cosigners)} cosigned: {file}");
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

    private static async Task<AuditProof> MakeAsync(LiveLogs live, Guid receipt, VerbContext context, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var partition in live.Platform.Partitions)
            {
                if (await live.Rows.OpenAsync(partition, context.Terminal.Complain, cancellationToken) is not { } rows || await rows.FindAsync(receipt, cancellationToken) is not { } entry)
                    continue;
                var log = await live.FindAsync(partition, cancellationToken) ?? throw new CommandFailure($"no cell shows the log of {partition.Name}: is it serving? (banyan status)");
                var text = await live.ReadProofAsync(log, receipt, cancellationToken) ?? throw new CommandFailure($"entry {entry.Position} of {partition.Name} is not in a published checkpoint yet: try again in a second, and see `banyan status` if it stays so");
                if (!TlogProof.TryParse(text, out var proof, out var problem))
                    throw new CommandFailure($"what {log.Name} answers {problem}");
                return new AuditProof { Entry = entry, Leaf = Encoding.UTF8.GetString(EntryLeaf.Of(entry)), Proof = proof, Keys = live.Keys };
            }
        }
        catch (TileSourceException error)
        {
            throw new CommandFailure(error.Message.TrimEnd('.'));
        }
        catch (NpgsqlException error)
        {
            throw new CommandFailure($"a database can't be read: {error.Message.TrimEnd('.')}");
        }

        throw new CommandFailure($"no partition has an entry {receipt}: its retention has passed, or it was given by another platform");
    }
}
