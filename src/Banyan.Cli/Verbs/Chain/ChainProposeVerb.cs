using System.CommandLine;
using Banyan.Control.Chain.Governing;

namespace Banyan.Cli.Verbs.Chain;

/// <summary><c>banyan chain propose …</c>: one kind of proposal.</summary>
internal sealed class ChainProposeVerb : ChainActVerb
{
    private readonly Func<ParseResult, GovernanceDesk, CancellationToken, Task<Draft>> _draft;
    private readonly Option<string> _for = new("--for") { Description = "How long it can be approved and carried out, 30 days at most", HelpName = "DURATION", DefaultValueFactory = static _ => "7d" };

    private ChainProposeVerb(string name, string description, IReadOnlyList<Argument> arguments, Func<ParseResult, GovernanceDesk, CancellationToken, Task<Draft>> draft)
        : base(name, description)
    {
        _draft = draft;
        foreach (var argument in arguments)
            Add(argument);
        Add(_for);
    }

    /// <summary>Commands that can be pasted.</summary>
    public static (string Command, string Does)[] Walk { get; } =
    [
        ("banyan chain propose replace-keeper accra --as frankfurt", "after a theft: its next key (`chain key next keeper-accra`) in the place of the stolen one"),
        ("banyan chain propose complete --as frankfurt", "what regions and partitions lack that were added after the deployment"),
        ("banyan chain propose upgrade approvals 0x… --as frankfurt", "to code that `chain deploy approvals` has made"),
        ("banyan chain propose resume --as frankfurt", "after a pause"),
    ];

    /// <summary>Every kind.</summary>
    public static IEnumerable<ChainProposeVerb> All()
    {
        var (name, region, partition, contract) = (Text("NAME", "The organisation"), Text("REGION", "The region"), Text("PARTITION", "The log's partition"), Text("CONTRACT", "organisations, anchors, identities or approvals"));
        var (role, who, code) = (Text("ROLE", "guardian, registrar or operator"), Text("WHO", "An organisation, keeper:REGION, organisation:REGION or an account (0x…)"), Text("CODE", "Where the code is (0x…): `chain deploy` makes it"));
        var account = new Argument<string?>("ACCOUNT") { Description = "The account, 0x… (default: that of the next key, see `chain key next`)", Arity = ArgumentArity.ZeroOrOne };
        var newcomer = new Argument<string?>("ACCOUNT") { Description = "Its account, 0x… (default: that of its key in the data folder)", Arity = ArgumentArity.ZeroOrOne };
        var number = new Argument<int>("N") { Description = "How many organisations" };
        var kind = new Argument<string>("KIND") { Description = "The kind of request (failover)" };
        number.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is var n and (< 1 or > 64))
                result.AddError($"N is a number from 1 to 64, not {n}");
        });
        return
        [
            new("add-organisation", "Lets an organisation take part, as guardian and registrar like the others", [name, newcomer], (i, d, _) => Task.FromResult(d.AddOrganisation(i.GetRequiredValue(name), i.GetValue(newcomer) ?? $"organisation:{i.GetValue(name)}"))),
            new("remove-organisation", "Ends an organisation's part, and its roles", [name], (i, d, ct) => d.RemoveOrganisationAsync(i.GetRequiredValue(name), ct)),
            new("replace-organisation", "Gives an organisation another account, after its key was lost or stolen", [name, account], (i, d, ct) => d.ReplaceOrganisationAsync(i.GetRequiredValue(name), i.GetValue(account), ct)),
            new("replace-keeper", "Gives a keeper another account, after its key was lost or stolen", [region, account], (i, d, ct) => d.ReplaceKeeperAsync(i.GetRequiredValue(region), i.GetValue(account), ct)),
            new("complete", "Gives regions and partitions that were added after the deployment what the others have", [], static (_, d, ct) => d.CompleteAsync(ct)),
            new("add-writer", "Lets an account anchor a log", [partition, who], (i, d, _) => Task.FromResult(d.Writer(i.GetRequiredValue(partition), i.GetRequiredValue(who), allowed: true))),
            new("remove-writer", "Takes a log from an account", [partition, who], (i, d, _) => Task.FromResult(d.Writer(i.GetRequiredValue(partition), i.GetRequiredValue(who), allowed: false))),
            new("grant", "Grants a role", [role, who], (i, d, _) => Task.FromResult(d.Role(i.GetRequiredValue(role), i.GetRequiredValue(who), granted: true))),
            new("revoke", "Revokes a role", [role, who], (i, d, _) => Task.FromResult(d.Role(i.GetRequiredValue(role), i.GetRequiredValue(who), granted: false))),
            new("threshold", "Asks for another number of approvals of proposals", [number], (i, d, _) => Task.FromResult(d.Threshold(i.GetRequiredValue(number)))),
            new("policy", "Asks for another number of approvals of requests, such as a failover", [kind, number], (i, d, _) => Task.FromResult(d.Policy(i.GetRequiredValue(kind), i.GetRequiredValue(number)))),
            new("upgrade", "Gives a contract other code", [contract, code], (i, d, ct) => d.UpgradeAsync(i.GetRequiredValue(contract), i.GetRequiredValue(code), ct)),
            Resume(),
        ];
    }

    /// <summary>That everything goes on after a pause.</summary>
    public static ChainProposeVerb Resume() => new("resume", "Proposes that everything goes on after a pause", [], static (_, d, _) => Task.FromResult(d.Resume()));

    protected override async Task<ExitCode> RunAsync(ParseResult input, ChainSurroundings chain, CancellationToken cancellationToken)
    {
        var lifetime = ReadDuration(input.GetRequiredValue(_for), "--for");
        if (lifetime > GovernanceDesk.LongestLifetime)
            throw new CommandFailure($"--for takes 30d at most, not '{input.GetValue(_for)}'");
        var draft = await _draft(input, chain.Desk, cancellationToken);
        return await TellAsync(chain, [await chain.Desk.ProposeAsync(draft, As(input), lifetime, chain.Sent, cancellationToken)], cancellationToken);
    }

    private static Argument<string> Text(string name, string description) => new(name) { Description = description };
}
