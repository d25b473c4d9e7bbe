using System.CommandLine;
using Banyan.Cli.Credentials;
using Banyan.Cli.Output;
using Banyan.Control.Chain.Identities;
using Banyan.Control.Platform;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan credential check FILE</c>: whether a credential, or a presentation, holds; live or from files.</summary>
internal sealed class CredentialCheckVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "The credential, or with --nonce the presentation: a JWS (eyJ…); - for stdin" };
    private readonly Option<string[]> _issuers = new("--issuer") { Description = "Who is believed (default: the organisations of the platform in the data folder)", HelpName = "DID" };
    private readonly Option<string[]> _with = new("--with") { Description = "A DID document or status list in the place of the network", HelpName = "FILE" };
    private readonly Option<bool> _offline = new("--offline") { Description = "Fetches nothing" };
    private readonly Option<string?> _nonce = new("--nonce") { Description = "Of a presentation: what its holder was given to sign", HelpName = "TEXT" };
    private readonly Option<string?> _audience = new("--audience") { Description = "Of a presentation: for whom its holder made it", HelpName = "TEXT" };
    private readonly Option<string?> _authority = new("--cacert") { Description = "The authority of the issuers' certificates (default: the platform's own, else the machine's)", HelpName = "FILE" };
    private readonly Option<bool> _chain = new("--chain") { Description = "Also compares the issuers' documents with their hashes on the platform's chain" };
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public CredentialCheckVerb()
        : base("check", "Checks a credential or a presentation; says exactly what is wrong")
    {
        Add(_file);
        foreach (var option in (Option[])[_issuers, _with, _offline, _nonce, _audience, _authority, _chain, _data, _format])
            Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(_nonce) is null != result.GetValue(_audience) is null)
                result.AddError("--nonce and --audience go together: they say which question a presentation answers");
        });
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan credential check amina.vc", "by the organisations of the platform that runs here"),
        ("curl -s … | jq -r .credential | banyan credential check - --issuer did:web:kai.example:organisations:north", "from anywhere"),
        ("banyan credential check amina.vp --nonce n-0S6_WzA2Mj --audience https://bank.example", "a presentation that answers your question"),
        ("banyan credential check drill.vc --issuer did:web:… --with did.json --with status.vc --offline", "with nothing but files"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var text = CredentialFiles.ReadCredential(input.GetRequiredValue(_file), System.Console.In);
        var named = input.GetValue(_issuers) ?? [];
        var platform = Platform(input.GetValue(_data), isNeeded: named.Length == 0 || input.GetValue(_chain));
        string[] believed = named.Length > 0 ? named : [.. platform?.Dids ?? []];
        if (believed.Length == 0)
            throw new CommandFailure("nobody is believed: name issuers with --issuer DID, or a platform's folder with --data");
        if (believed.FirstOrDefault(static d => !DidWeb.TryUrl(d, out _, out _)) is { } wrong)
        {
            DidWeb.TryUrl(wrong, out _, out var why);
            throw new CommandFailure($"--issuer '{wrong}' {why}");
        }

        using var sources = new CredentialSources(believed, input.GetValue(_authority) ?? (platform is not null && believed.All(platform.Dids.Contains) ? platform.Authority : null), input.GetValue(_offline));
        foreach (var file in input.GetValue(_with) ?? [])
            sources.AddFile(file);
        var rules = new CheckRules { Believes = believed.Contains, At = context.Time.GetUtcNow() };
        var checker = new CredentialChecker(sources);
        var report = input.GetValue(_nonce) is { } nonce
            ? await checker.CheckPresentationAsync(text, nonce, input.GetRequiredValue(_audience)!, rules, cancellationToken)
            : await checker.CheckAsync(text, rules, cancellationToken);
        if (input.GetValue(_chain))
            report = report with { Problems = [.. report.Problems, .. await CompareAsync(report, sources, platform, context, cancellationToken)] };
        if (input.GetValue(_format) == OutputFormat.Json)
            context.Terminal.Out.WriteLine(CredentialReportText.ToJson(report));
        else
            CredentialReportText.Write(report, context.Terminal);
        return report.Holds ? ExitCode.Holds : ExitCode.FoundWrong;
    }

    /// <summary>The platform here; null where there is none, or where it is not needed and can't be read: credentials are checked by anybody.</summary>
    private static CredentialPlatform? Platform(string? folder, bool isNeeded)
    {
        try
        {
            return CredentialPlatform.Find(folder);
        }
        catch (PlatformException) when (!isNeeded)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<CredentialProblem>> CompareAsync(CredentialReport report, CredentialSources sources, CredentialPlatform? platform, VerbContext context, CancellationToken cancellationToken)
    {
        var found = platform ?? throw new CommandFailure("--chain needs the data folder of a platform that has one (--data)");
        await using var entries = IdentityEntries.Connect(found.State, found.Data, context.Time) ?? throw new CommandFailure($"{found.State.Platform} has no chain, or no contracts on it yet (docs/chain.md)");
        var problems = new List<CredentialProblem>();
        foreach (var issuer in report.Credentials.Select(static c => c.Issuer).Distinct(StringComparer.Ordinal))
        {
            var (entry, problem) = await entries.FindAsync(issuer, cancellationToken);
            if (problem is not null)
                throw new CommandFailure($"the chain can't be asked for {issuer}: {problem}");
            if (entry is null)
                problems.Add(new CredentialProblem(CredentialFault.Registry, $"{issuer} is not on the chain: `banyan credential enter` enters it"));
            else if (entry.Revoked)
                problems.Add(new CredentialProblem(CredentialFault.Registry, $"{issuer} was revoked on the chain, for good"));
            else if (!entry.Document.Span.SequenceEqual(IdentityEntries.HashOf(sources.Documents[issuer])))
                problems.Add(new CredentialProblem(CredentialFault.Registry, $"the document of {issuer} is another than the one that was entered on the chain: its keys were changed, and not entered, or not by its organisation"));
        }

        return problems;
    }
}
