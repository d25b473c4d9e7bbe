using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Cli.Verify;
using Banyan.Control.Drills.Evidence;
using Banyan.Control.Platform;
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
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public VerifyVerb()
        : base("verify", "Checks logs, checkpoints, cosignatures and proofs; names the first bad entry")
    {
        Add(_target);
        foreach (var option in (Option[])[_keys, _url, _partition, _rows, _data, _format])
            Add(option);
        _rows.AcceptOnlyFromAmong("on", "off");
        Validators.Add(result =>
        {
            if (result.GetValue(_url) is not null && (result.GetValue(_target) is not null || result.GetValue(_keys) is null))
                result.AddError("--url takes no TARGET, and needs --keys: keys from who shows the log prove nothing");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan verify", "the running platform: rows against entries, entries against tiles, tiles against checkpoints, those against witnesses"),
        ("banyan verify /backup/objects --keys log-keys", "a copy, with nothing of the platform running"),
        ("banyan verify --url http://localhost:8080 --keys log-keys", "as somebody outside sees it"),
        ("banyan verify change.proof.json --keys log-keys", "an auditor's file; `banyan proof` writes one"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var keys = input.GetValue(_keys) is { } file ? FolderLogs.ReadKeys(file) : null;
        VerifyReport report;
        if (input.GetValue(_target) is { } target && File.Exists(target))
        {
            report = CheckProof(target, keys, context.Terminal);
        }
        else
        {
            var run = new VerifyRun(context.Terminal, context.Time);
            if (input.GetValue(_target) is { } folder)
                await AddFolderAsync(run, folder, keys, input.GetValue(_partition), cancellationToken);
            else if (input.GetValue(_url) is { } url)
                await AddUrlAsync(run, url, keys!, input.GetValue(_partition), cancellationToken);
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

    private static async Task AddFolderAsync(VerifyRun run, string folder, LogKeys? keys, string? partition, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
            throw new CommandFailure($"there is no file or folder {folder}");
        keys ??= FolderLogs.FindKeys(folder);
        var targets = FolderLogs.Find(folder, keys, run.Problems);
        foreach (var target in Only(targets, keys, partition))
            await run.AddAsync(target, cancellationToken);
    }

    private static async Task AddUrlAsync(VerifyRun run, string url, LogKeys keys, string? partition, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new CommandFailure($"--url takes the address of a front door, such as https://localhost:8080, not '{url}'");
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.GZip }) { Timeout = TimeSpan.FromSeconds(20) };
        var prefix = address.AbsoluteUri.TrimEnd('/');
        var targets = keys.Logs.Select(l => new LogTarget(keys.TrustOf(l.Origin)!, new HttpTileSource(http, new Uri($"{prefix}/regions/{l.Partition}/log/v1/{l.Partition}/"))));
        foreach (var target in Only([.. targets], keys, partition))
            await run.AddAsync(target, cancellationToken);
    }

    private async Task AddLiveAsync(VerifyRun run, ParseResult input, LogKeys? keys, VerbContext context, CancellationToken cancellationToken)
    {
        using var live = LiveLogs.Open(input.GetValue(_data), keys, context.Time);
        var wanted = input.GetValue(_partition);
        var partitions = live.Platform.Partitions.Where(p => wanted is null || p.Name == wanted).ToList();
        if (partitions.Count == 0)
            throw new CommandFailure($"platform {live.Platform.Platform} has no partition '{wanted}': it has {string.Join(", ", live.Platform.Partitions.Select(static p => p.Name))}");
        var silent = new List<string>();
        foreach (var partition in partitions)
        {
            var targets = await live.FindAllAsync(partition, input.GetRequiredValue(_rows) == "on", context.Terminal.Complain, cancellationToken);
            foreach (var target in targets)
                await run.AddAsync(target, cancellationToken);
            if (targets.Count == 0)
                silent.Add(partition.Name);
        }

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
        return targets.Where(t => t.Trust.Origin == origin).ToList() is { Count: > 0 } found ? found : throw new CommandFailure($"there is no log of {partition} here");
    }

    private static VerifyReport CheckProof(string file, LogKeys? keys, Terminal terminal)
    {
        byte[] bytes;
        try
        {
            bytes = new FileInfo(file).Length <= AuditProof.MostBytes ? File.ReadAllBytes(file) : throw new CommandFailure($"{file} is too large for a proof: at most {AuditProof.MostBytes >> 20} MiB");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"can't read {file}: {error.Message.TrimEnd('.')}");
        }

        if (bytes.AsSpan().StartsWith(Encoding.ASCII.GetBytes(TlogProof.Mark)))
        {
            if (!TlogProof.TryParse(bytes, out var text, out var problem))
                throw new CommandFailure($"{file} {problem}");
            return VerifyReport.Of(ProofReport.Of(text, keys ?? throw new CommandFailure($"{file} holds no keys: name the platform's with --keys FILE")), file);
        }

        try
        {
            // OSCAL holds the proof that it was made of.
            var proof = bytes.AsSpan(0, Math.Min(bytes.Length, 64)).IndexOf("\"assessment-results\""u8) >= 0 ? OscalResults.ReadProof(bytes) : AuditProof.Parse(bytes);
            var report = proof.Check(keys);
            if (report.KeysAreItsOwn)
                terminal.Complain($"checked with the keys that are in {file}: it fits together; that they are {proof.Keys.Platform}'s is for you to compare, or give yours with --keys");
            return VerifyReport.Of(report, file);
        }
        catch (FormatException error)
        {
            throw new CommandFailure($"{file} {error.Message}");
        }
    }
}
