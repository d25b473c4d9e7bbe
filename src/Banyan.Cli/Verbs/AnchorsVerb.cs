using System.CommandLine;
using System.Text.Json;
using Banyan.Cli.Verify;
using Banyan.Engines.Evm;
using Banyan.Engines.Files;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan anchors FOLDER</c>: puts the evidence of anchors beside copies of logs, so that they are verified offline with them.</summary>
internal sealed class AnchorsVerb : Verb
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A folder with copies of logs, such as the data folder's objects" };
    private readonly Option<string?> _keys = new("--keys") { Description = "The platform's keys (default: those beside the logs)", HelpName = "FILE" };
    private readonly Option<string?> _chain = new("--chain") { Description = "A node of the chain, by JSON-RPC (default: those of the platform in the data folder)", HelpName = "URL" };
    private readonly Option<string?> _data = VerbOptions.Data();

    public AnchorsVerb()
        : base("anchors", "Keeps the evidence of anchors beside copies of logs")
    {
        Add(_folder);
        foreach (var option in (Option[])[_keys, _chain, _data])
            Add(option);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan anchors /backup/objects --keys log-keys", "beside each checkpoint, the newest anchor that it begins with, with its proof"),
        ("banyan verify /backup/objects --keys log-keys --require-anchor", "with nothing of the platform or of the chain at hand"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var folder = input.GetRequiredValue(_folder);
        if (!Directory.Exists(folder))
            throw new CommandFailure($"there is no folder {folder}");
        var keys = input.GetValue(_keys) is { } file ? FolderLogs.ReadKeys(file) : FolderLogs.FindKeys(folder);
        var contract = keys.Anchors ?? throw new CommandFailure("the keys don't say where the platform's checkpoints are anchored: it has no chain, or they are older than it");
        await using var chain = AnchorLink.To(NodesOf(input, context), contract, context.Time);
        var (written, missing) = (0, 0);
        var problems = new List<LogProblem>();
        foreach (var target in FolderLogs.Find(folder, keys, problems))
        {
            var origin = target.Trust.Origin;
            if (await target.Source.ReadCheckpointAsync(cancellationToken) is not { } note || target.Trust.Judge(note) is not { Holds: true, Checkpoint: { Size: > 0 } checkpoint })
            {
                context.Terminal.Complain($"{target.Source.Name} has no checkpoint that holds, or an empty log: left out (banyan verify)");
                missing++;
                continue;
            }

            var found = await FindAsync(chain.Reader, checkpoint, cancellationToken);
            if (!found.Ok)
                throw new CommandFailure($"the anchors of {origin} can't be had: {found.Error.Message}");
            if (found.Value is not { } evidence)
            {
                context.Terminal.Complain($"{origin}: no anchor is of {checkpoint.Size} entries or fewer yet");
                missing++;
                continue;
            }

            // Nothing is kept that the copy itself contradicts.
            if (await new AnchorComparison(target.Source, checkpoint).CompareAsync(evidence.Anchor, "the anchor", cancellationToken) is { } other)
                throw new CommandFailure($"{origin}: {other.Message}") { ExitCode = ExitCode.FoundWrong };
            Write(target.Anchors!, evidence);
            context.Terminal.Out.WriteLine($"{target.Anchors}: {evidence.Anchor.Size} of {checkpoint.Size} entries, anchored in block {evidence.Anchor.Block} of chain {contract.Chain}");
            written++;
        }

        return written > 0 && missing + problems.Count == 0 ? ExitCode.Holds : ExitCode.FoundWrong;
    }

    private List<Uri> NodesOf(ParseResult input, VerbContext context)
    {
        if (AnchorLink.Read(input.GetValue(_chain)) is { } given)
            return [given];
        using var live = LiveLogs.Open(input.GetValue(_data), keys: null, context.Time);
        return live.Platform.Chain?.Nodes is { Count: > 0 } nodes ? [.. nodes] : throw new CommandFailure($"{live.Platform.Platform} has no chain: name a node with --chain URL");
    }

    /// <summary>The newest anchor that a checkpoint covers.</summary>
    private static async Task<EvmResult<AnchorEvidence?>> FindAsync(AnchorReader chain, Checkpoint checkpoint, CancellationToken cancellationToken)
    {
        var count = await chain.CountAsync(checkpoint.Origin, cancellationToken);
        if (!count.Ok)
            return count.Error;
        for (var end = count.Value ?? 0; end > 0;)
        {
            var from = Math.Max(0, end - AnchorReader.MostTogether);
            var part = await chain.ReadAsync(checkpoint.Origin, from, (int)(end - from), cancellationToken);
            if (!part.Ok)
                return part.Error;
            if (part.Value.FindLast(a => a.Size <= checkpoint.Size) is { } anchor)
            {
                var evidence = await chain.ProveAsync(checkpoint.Origin, anchor, cancellationToken);
                return evidence.Ok ? evidence.Value : evidence.Error;
            }

            end = from;
        }

        return (AnchorEvidence?)null;
    }

    private static void Write(string file, AnchorEvidence evidence)
    {
        try
        {
            DurableFile.Replace(file, JsonSerializer.SerializeToUtf8Bytes([AnchorEvidenceJson.Of(evidence)], AnchorJson.Default.ListAnchorEvidenceJson));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't write {file}: {error.Message.TrimEnd('.')}");
        }
    }
}
