using System.CommandLine;
using System.Globalization;
using Banyan.Cli.Credentials;
using Banyan.Control.Chain.Identities;
using Banyan.Control.Platform;
using Banyan.Engines.Credentials.Dids;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan credential enter ORGANISATION</c>: the hash of an organisation's DID document into the chain's IdentityRegistry, by its own account.</summary>
internal sealed class CredentialEnterVerb : Verb
{
    private const string NoKey = "it has no key yet, so there is nothing to enter: the first is made when it first issues something, or by POST /identity/v1/issuer/keys";

    private readonly Argument<string[]> _organisations = new("ORGANISATION") { Description = "The region whose organisation it is; several, or none for all", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _data = VerbOptions.Data();

    public CredentialEnterVerb()
        : base("enter", "Enters the hash of an organisation's DID document on the platform's chain")
    {
        Add(_organisations);
        Add(_data);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan credential enter", "every organisation whose account's key is in the data folder; repeating it does nothing"),
        ("banyan credential check amina.vc --chain", "then a document with other keys than the organisation's is found"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var platform = CredentialPlatform.Open(input.GetValue(_data));
        await using var entries = IdentityEntries.Connect(platform.State, platform.Data, context.Time) ?? throw new CommandFailure($"{platform.State.Platform} has no chain, or no contracts on it yet (docs/chain.md)");
        var named = input.GetValue(_organisations) ?? [];
        string[] wanted = named.Length > 0 ? named : [.. platform.State.Partitions.Select(static p => p.Name).Where(n => IdentityEntries.HasKey(platform.Data, n))];
        if (wanted.FirstOrDefault(w => platform.State.FindPartition(w) is null) is { } unknown)
            throw new CommandFailure($"{platform.State.Platform} has no organisation '{unknown}': it has {string.Join(", ", platform.State.Partitions.Select(static p => p.Name))}");
        var exit = ExitCode.Holds;
        foreach (var organisation in wanted)
        {
            var problem = await EnterAsync(platform, entries, organisation, context, cancellationToken);
            if (problem is null)
                continue;
            context.Terminal.Complain($"{organisation}: {problem}");
            if (problem != NoKey || named.Length > 0)
                exit = ExitCode.FoundWrong;
        }

        return exit;
    }

    private static async Task<string?> EnterAsync(CredentialPlatform platform, IdentityEntries entries, string organisation, VerbContext context, CancellationToken cancellationToken)
    {
        var did = platform.DidOf(organisation) ?? throw new CommandFailure("the platform's address (identity:issuer) is no domain name, so its organisations have no DID");
        var (status, document) = await platform.AskAsync(HttpMethod.Get, $"/organisations/{organisation}/did.json", null, cancellationToken);
        if (status != 200)
            return string.Create(CultureInfo.InvariantCulture, $"its document can't be had ({status})");
        if (DidDocument.Read(document, did, out var wrong) is not { } read)
            return $"its document {wrong}";
        if (read.Assertion.IsEmpty)
            return NoKey;
        try
        {
            var (entry, wasThere, problem) = await entries.EnterAsync(did, document, organisation, cancellationToken);
            if (entry is not null)
                context.Terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{did}: {(wasThere ? "entered before" : "entered")}, version {entry.Version}, sha256 {Convert.ToHexStringLower(entry.Document.Span)}"));
            return problem;
        }
        catch (PlatformException unusable)
        {
            return unusable.Message;
        }
    }
}
