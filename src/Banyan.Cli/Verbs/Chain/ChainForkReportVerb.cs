using System.CommandLine;
using Banyan.Cli.Verify;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain fork report PARTITION FILE</c>: a signed checkpoint that contradicts an anchor, for everybody to see.</summary>
internal sealed class ChainForkReportVerb : ChainActVerb
{
    private readonly Argument<string> _partition = new("PARTITION") { Description = "The log's partition" };
    private readonly Argument<FileInfo> _note = new("FILE") { Description = "The signed checkpoint (C2SP tlog-checkpoint)" };
    private readonly Option<string?> _keys = new("--keys") { Description = "The platform's log keys (default: those of the data folder)", HelpName = "FILE" };
    private readonly Option<bool> _yes = new("--yes") { Description = "It is meant: a report is for good, and in the sight of everybody" };

    public ChainForkReportVerb()
        : base("report", "Records on the chain that a signed checkpoint contradicts an anchor")
    {
        Add(_partition);
        Add(_note);
        Add(_keys);
        Add(_yes);
        Validators.Add(result =>
        {
            if (!result.GetValue(_yes))
                result.AddError("a report of a fork is for good: say --yes");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan chain fork report accra other.checkpoint --as frankfurt --yes", "anyone can check the signatures of the checkpoint that it records")];

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var file = input.GetRequiredValue(_note);
        byte[] note;
        try
        {
            note = await File.ReadAllBytesAsync(file.FullName, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {file.FullName}: {error.Message.TrimEnd('.')}");
        }

        var keys = FolderLogs.ReadKeys(input.GetValue(_keys) ?? chain.Data.LogKeys);
        return await TellAsync(chain, [await chain.Desk.ReportForkAsync(input.GetRequiredValue(_partition), note, keys, As(input), chain.Sent, cancellationToken)], cancellationToken);
    }
}
