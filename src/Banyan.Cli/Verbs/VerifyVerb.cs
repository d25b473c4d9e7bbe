using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Cli.Verify;
using Banyan.Control.Chain;
using Banyan.Control.Drills.Evidence;
using Banyan.Control.Platform;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Proofs;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan verify [TARGET]</c>: checks logs and proofs, live or offline.</summary>
internal sealed class VerifyVerb : Verb
{
    private readonly Argument<string?> _target = new("TARGET") { Description = "A folder with logs, or the file of a proof (default: the running platform)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _keys = new("--keys") { Description = "The platform's keys, from elsewhere than who shows the log (default: the data folder's, those beside the logs, those in the proof)", HelpName = "FILE" };
    private readonly Option<string?> _url = new("--url") { Description = "Reads the logs from a front door; with --keys", HelpName = "URL" };
    private readonly Option<string?> _partition = new("--partition") { Description = "Only the log of this partition", HelpName = "NAME" };
    private readonly Option<string> _rows = new("--rows") { Description = "Whether the journal's rows are compared with the log; of a running platform", HelpName = "on|off", DefaultValueFactory = static _ => "on" };
    private readonly Option<string?> _chain = new("--chain") { Description = "A node of the chain on which the logs are anchored, by JSON-RPC (default, of a running platform: its own nodes)", HelpName = "URL" };
    private readonly Option<string> _anchors = new("--anchors") { Description = "Which anchors are compared with the log: the newest 1,000 of each, all, or none", HelpName = "newest|all|off", DefaultValueFactory = static _ => "newest" };
    private readonly Option<bool> _requireAnchor = new("--require-anchor") { Description = "Fails also where the chain does not answer, a log or a proof has no anchor, or none for its entries of more than six minutes ago" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public VerifyVerb()
        : base("verify", "Checks logs, checkpoints, cosignatures, anchors and proofs; names the first bad entry")
    {
        Add(_target);
        foreach (var option in (Option[])[_keys, _url, _partition, _rows, _chain, _anchors, _requireAnchor, _data, _format])
            Add(option);
        _rows.AcceptOnlyFromAmong("on", "off");
        _anchors.AcceptOnlyFromAmong("newest", "all", "off");
        Validators.Add(result =>
        {
            if (result.GetValue(_url) is not null && (result.GetValue(_target) is not null || result.GetValue(_keys) is null))
                result.AddError("--url takes no TARGET, and needs --keys: keys from who shows the log prove nothing");
            if (result.GetValue(_anchors) == "off" && (result.GetValue(_requireAnchor) || result.GetValue(_chain) is not null))
                result.AddError("--anchors off leaves anchors out: it goes with neither --chain nor --require-anchor");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan verify", "the running platform: rows against entries, entries against tiles, tiles against checkpoints, those against witnesses"),
        ("banyan verify /backup/objects --keys log-keys", "a copy, with nothing of the platform running"),
        ("banyan verify --url http://localhost:8080 --keys log-keys", "as somebody outside sees it"),
        ("banyan verify change.proof.json --keys log-keys", "an auditor's file; `banyan proof` writes one"),
        ("banyan verify change.proof.json --keys log-keys --chain http://localhost:8545", "the same, and that the chain has the block in which it was anchored"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var keys = input.GetValue(_keys) is { } file ? FolderLogs.ReadKeys(file) : null;
        VerifyReport report;
        if (input.GetValue(_target) is { } target && File.Exists(target))
        {
            report = await CheckProofAsync(target, keys, input, context, cancellationToken);
        }
        else
        {
            var run = new VerifyRun(context.Terminal, context.Time);
            if (input.GetValue(_target) is { } folder)
                await AddFolderAsync(run, folder, keys, input, context, cancellationToken);
            else if (input.GetValue(_url) is { } url)
                await AddUrlAsync(run, url, keys!, input, context, cancellationToken);
            else
                await AddLiveAsync(run, input, keys, context, cancellationToken);
            report = run.Report(watch);
        }

        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(report, VerifyJson.Default.VerifyReport));
        else
            VerifyText.Write(report, context.Terminal);
        return report.Ok ? ExitCode.Holds : ExitCode.FoundWrong;
    }

    private async Task AddFolderAsync(VerifyRun run, string folder, LogKeys? keys, ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            throw new CommandFailure($"there is no file or folder {folder}");
        keys ??= FolderLogs.FindKeys(folder);
        var targets = FolderLogs.Find(folder, keys, run.Problems);
        await using var chain = ChainFor(input, keys.Anchors, [], context.Time);
        run.Anchors = ChecksFor(input, chain, null, context);
        foreach (var target in Only(targets, keys, input.GetValue(_partition)))
            await run.AddAsync(target, cancellationToken);
        RequireSome(input, run, chain, keys);
    }

    private async Task AddUrlAsync(VerifyRun run, string url, LogKeys keys, ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailure($"--url takes the address of a front door, such as https://localhost:8080, not '{url}'");
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }) { Timeout = TimeSpan.FromSeconds(20) };
        var prefix = address.AbsoluteUri.TrimEnd('/');
        var targets = keys.Logs.Select(l => new LogTarget(keys.TrustOf(l.Origin)!, new HttpTileSource(http, new Uri($"{prefix}/regions/{l.Partition}/log/v1/{l.Partition}/"))));
        await using var chain = ChainFor(input, keys.Anchors, [], context.Time);
        run.Anchors = ChecksFor(input, chain, null, context);
        foreach (var target in Only([.. targets], keys, input.GetValue(_partition)))
        {
            try
            {
                var origin = await LiveLogs.OriginOf(target.Source, target.Trust.Origin, cancellationToken);
                await run.AddAsync(new LogTarget(keys.TrustOf(origin)!, new HttpTileSource(http, new Uri(target.Source.Name + LiveLogs.PathOf(origin, target.Trust.Origin)))), cancellationToken);
            }
            catch (TileSourceException error)
            {
                throw new CommandFailure(error.Message.TrimEnd('.'));
            }
        }

        RequireSome(input, run, chain, keys);
    }

    private async Task AddLiveAsync(VerifyRun run, ParseResult input, LogKeys? keys, VerbContext context, CancellationToken cancellationToken)
    {
        using var live = LiveLogs.Open(input.GetValue(_data), keys, context.Time);
        var wanted = input.GetValue(_partition);
        var partitions = live.Platform.Partitions.Where(p => wanted is null || p.Name == wanted).ToList();
        if (partitions.Count == 0)
            throw new CommandFailure($"platform {live.Platform.Platform} has no partition '{wanted}': it has {string.Join(", ", live.Platform.Partitions.Select(static p => p.Name))}");
        await using var chain = ChainFor(input, live.Keys.Anchors, live.Platform.Chain?.Nodes ?? [], context.Time);
        run.Anchors = ChecksFor(input, chain, chain is null ? null : await live.RememberedAsync(context.Time, cancellationToken), context);
        var silent = new List<string>();
        foreach (var partition in partitions)
        {
            var targets = await live.FindAllAsync(partition, input.GetRequiredValue(_rows) == "on", context.Terminal.Complain, cancellationToken);
            foreach (var target in targets)
                await run.AddAsync(target, cancellationToken);
            if (targets.Count == 0)
                silent.Add(partition.Name);
        }

        RequireSome(input, run, chain, live.Keys);
        if (silent.Count == partitions.Count)
            throw new CommandFailure($"no cell of {live.Platform.Platform} shows a log: is it running? (banyan status); its copies are checked by `banyan verify {Path.Combine(new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath()).Root, "objects")}`");
        foreach (var partition in silent)
            run.Problems.Add(new LogProblem(Journal.Log.LogNames.Origin(live.Platform.Platform, partition), "checkpoint", null, $"no cell shows the log of {partition}: it is not verified"));
        foreach (var evidence in live.Evidence())
            run.Problems.Add(new LogProblem(live.Platform.Platform, "evidence", null, $"a witness keeps evidence of a fork: {evidence}"));
    }

    private static IEnumerable<LogTarget> Only(IReadOnlyList<LogTarget> targets, LogKeys keys, string? partition)
    {
        if (partition is null)
            return targets;
        var origin = keys.Logs.FirstOrDefault(l => l.Partition == partition)?.Origin ?? throw new CommandFailure($"the keys name no log of a partition '{partition}'");
        return targets.Where(t => LogNames.IsOf(origin, t.Trust.Origin)).ToList() is { Count: > 0 } found ? found : throw new CommandFailure($"there is no log of {partition} here");
    }

    /// <summary>The chain, where somebody says where one of its nodes is, and the keys which contract.</summary>
    private AnchorLink? ChainFor(ParseResult input, AnchorContract? contract, IReadOnlyList<Uri> nodes, TimeProvider time)
    {
        if (AnchorLink.Read(input.GetValue(_chain)) is { } given)
            return AnchorLink.To([given], contract ?? throw new CommandFailure("--chain: the keys don't say where the platform's checkpoints are anchored; take its newer log-keys"), time);
        return contract is null || nodes.Count == 0 || input.GetValue(_anchors) == "off" ? null : AnchorLink.To(nodes, contract, time);
    }

    private AnchorChecks? ChecksFor(ParseResult input, AnchorLink? chain, ChainStatus? remembered, VerbContext context) => input.GetValue(_anchors) == "off" ? null
        : new AnchorChecks(chain?.Reader, new AnchorScope { Most = input.GetValue(_anchors) == "all" ? long.MaxValue : AnchorScope.Newest, Required = input.GetValue(_requireAnchor), Remembered = remembered }, context.Terminal.Complain, context.Time);

    /// <summary>Where anchors are required and nobody could be asked for them, evidence must be there.</summary>
    private void RequireSome(ParseResult input, VerifyRun run, AnchorLink? chain, LogKeys keys)
    {
        if (input.GetValue(_requireAnchor) && chain is null && run.Anchors is { Held: 0 })
            run.Problems.Add(new LogProblem(keys.Platform, "anchor", null, keys.Anchors is null ? "anchors are required, and the keys name no chain: the platform has none" : $"anchors are required, and there is none here: no file {AnchorChecks.FileName} beside the logs, and no chain to ask (--chain URL)"));
    }

    private async Task<VerifyReport> CheckProofAsync(string file, LogKeys? keys, ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var bytes = ReadProof(file);
        ProofReport report;
        LogKeys known;
        if (bytes.AsSpan().StartsWith(Encoding.ASCII.GetBytes(TlogProof.Mark)))
        {
            if (!TlogProof.TryParse(bytes, out var text, out var problem))
                throw new CommandFailure($"{file} {problem}");
            known = keys ?? throw new CommandFailure($"{file} holds no keys: name the platform's with --keys FILE");
            report = ProofReport.Of(text, known);
        }
        else
        {
            try
            {
                // OSCAL holds the proof that it was made of.
                var proof = bytes.AsSpan(0, Math.Min(bytes.Length, 64)).IndexOf("\"assessment-results\""u8) >= 0 ? OscalResults.ReadProof(bytes) : AuditProof.Parse(bytes);
                (report, known) = (proof.Check(keys), keys ?? proof.Keys);
            }
            catch (FormatException error)
            {
                throw new CommandFailure($"{file} {error.Message}");
            }

            if (report.KeysAreItsOwn)
                context.Terminal.Complain($"checked with the keys that are in {file}: it fits together; that they are {known.Platform}'s is for you to compare, or give yours with --keys");
        }

        return VerifyReport.Of(report, file, input.GetValue(_anchors) == "off" ? [] : await CheckAnchorAsync(report, known, file, input, context, cancellationToken));
    }

    /// <summary>What a proof's anchor needs beside the proof: that the contract is the platform's, and the block the chain's.</summary>
    private async Task<IReadOnlyList<LogProblem>> CheckAnchorAsync(ProofReport report, LogKeys keys, string file, ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var problems = new List<LogProblem>();
        if (report.Anchor is not { } anchor)
        {
            var none = $"{file} holds no anchor";
            if (input.GetValue(_requireAnchor))
                problems.Add(new LogProblem(keys.Platform, "anchor", null, $"{none}, and one is required: `banyan proof RECEIPT --wait` writes it with one"));
            else if (keys.Anchors is not null)
                context.Terminal.Complain($"{none}: its checkpoint is believed by its signatures alone");
            return problems;
        }

        if (report.AnchorVerdict is { Problems.Count: 0 } verdict)
        {
            if (!verdict.IsOfThePlatform)
                context.Terminal.Complain($"the keys don't say where {keys.Platform} anchors: that contract {anchor.Contract.Contract} on chain {anchor.Contract.Chain} is the platform's is for you to compare");
            if (!verdict.TransactionIsProven)
                context.Terminal.Complain($"transaction {anchor.Transaction} is named, and not proven: the chain's node did not give what it takes");
        }

        if (input.GetValue(_chain) is null)
        {
            if (report.AnchorVerdict is { Problems.Count: 0 })
                context.Terminal.Complain($"anchored in block {anchor.Anchor.Block} of chain {anchor.Contract.Chain}, {anchor.BlockHash}; that the chain has this block is asked of a node with --chain URL");
            return problems;
        }

        await using var chain = ChainFor(input, keys.Anchors ?? anchor.Contract, [], context.Time);
        var checks = new AnchorChecks(chain!.Reader, new AnchorScope { Required = input.GetValue(_requireAnchor) }, context.Terminal.Complain, context.Time);
        if (await checks.FindBlockAsync(anchor, problems, cancellationToken) is { } gone)
            problems.Add(new LogProblem(anchor.Origin, "anchor", report.Entry?.Position, $"the anchor: {gone}"));
        return problems;
    }

    private static byte[] ReadProof(string file)
    {
        try
        {
            return new FileInfo(file).Length <= AuditProof.MostBytes ? File.ReadAllBytes(file) : throw new CommandFailure($"{file} is too large for a proof: at most {AuditProof.MostBytes >> 20} MiB");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {file}: {error.Message.TrimEnd('.')}");
        }
    }
}
