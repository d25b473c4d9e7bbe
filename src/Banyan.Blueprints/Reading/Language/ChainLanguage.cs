using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How the ledger is written.</summary>
internal static class ChainLanguage
{
    public static readonly ChoiceShape<ChainAccess> Access = new("an access", ("public", ChainAccess.Public), ("permissioned", ChainAccess.Permissioned));

    public static readonly ChoiceShape<ConsensusKind> Consensus = new("a way to agree",
        ("proof-of-authority", ConsensusKind.ProofOfAuthority), ("proof-of-stake", ConsensusKind.ProofOfStake), ("proof-of-work", ConsensusKind.ProofOfWork),
        ("ibft", ConsensusKind.Ibft), ("qbft", ConsensusKind.Qbft), ("raft", ConsensusKind.Raft));

    public static readonly ChoiceShape<ChainNodeRole> Role = new("a node's role", ("validator", ChainNodeRole.Validator), ("replica", ChainNodeRole.Replica), ("light", ChainNodeRole.Light));

    public static readonly MapShape<ChainNodes> Nodes = new MapShape<ChainNodes>("chain-nodes", "Nodes of a chain that are alike.", new()).Described()
        .Required("role", Role, "validator, replica or light.", (n, v) => n with { Role = v })
        .Key("tier", TierWord, "The tier whose regions have them.", (n, v) => n with { Tier = v })
        .Key("per_site", Counts, "How many in each such region.", (n, v) => n with { PerSite = v })
        .Key("resources", RegionLanguage.Resources, "What one of them has.", (n, v) => n with { Resources = v });

    public static readonly MapShape<ChainGenesis> Genesis = new MapShape<ChainGenesis>("chain-genesis", "What the first block of a chain says.", new())
        .Key("id", new IntShape(1, int.MaxValue), "The number that its transactions are signed for; made of the platform's name where nothing is said.", (g, v) => g with { Id = v })
        .Key("block_time", Time, "Time between blocks, in whole seconds; where nothing is said, a node of up makes one when there is something to put in.", (g, v) => g with { BlockTime = v })
        .Key("gas_limit", Number, "The most gas of a block.", (g, v) => g with { GasLimit = v });

    public static readonly ChoiceShape<ChainPermission> Permission = new("a way to know who may", ("open", ChainPermission.Open), ("listed", ChainPermission.Listed), ("contract", ChainPermission.Contract));

    public static readonly MapShape<ChainPermissions> Permissions = new MapShape<ChainPermissions>("chain-permissions", "How a permissioned chain knows who may take part.", new())
        .Key("nodes", Permission, "Which nodes may join: open, listed with each node, or by a contract.", (p, v) => p with { Nodes = v })
        .Key("accounts", Permission, "Which accounts may send transactions: open, listed with each node, or by a contract.", (p, v) => p with { Accounts = v });

    public static readonly MapShape<ChainAnchoring> Anchoring = new MapShape<ChainAnchoring>("chain-anchoring", "How checkpoints of the logs are anchored.", new())
        .Key("every", Time, "How often the newest checkpoint of each log is anchored; 10s where nothing is said.", (a, v) => a with { Every = v })
        .Key("confirmations", new IntShape(1, 1000), "Blocks, its own included, after which an anchor counts as made; 1 where nothing is said.", (a, v) => a with { Confirmations = v });

    public static readonly MapShape<Chain> Chain = new MapShape<Chain>("chain", "The ledger that several parties share.", new())
        .Key("title", Text, "What it is called.", (c, v) => c with { Title = v })
        .Key("engine", Products, "The product that does the job; a list where the choice is open, the preferred first.", (c, v) => c with { Engines = v })
        .Key("access", Access, "Who may take part: public or permissioned.", (c, v) => c with { Access = v })
        .Key("consensus", new ListShape<ConsensusKind>(Consensus), "How its nodes agree; a list where the choice is open.", (c, v) => c with { Consensus = v })
        .Key("at", new ListShape<string>(new AddressShape()), "Addresses of nodes that answer JSON-RPC, the preferred first; where none is named, up starts a node on this machine.", (c, v) => c with { At = v })
        .Key("genesis", Genesis, "What its first block says.", (c, v) => c with { Genesis = v })
        .Key("permissions", Permissions, "How it knows who may take part.", (c, v) => c with { Permissions = v })
        .Key("anchoring", Anchoring, "How checkpoints of the platform's logs are anchored on it; where nothing is said they are not, and up has no chain.", (c, v) => c with { Anchoring = v })
        .Key("nodes", new NamedShape<ChainNodes>(Name, Nodes), "The kinds of its nodes: who they are and where.", (c, v) => c with { Nodes = v })
        .Key("contracts", Words, "What its contracts are for.", (c, v) => c with { Contracts = v })
        .Key("holds", Words, "What is recorded on it.", (c, v) => c with { Holds = v })
        .Key("personal_data", Bool, "Whether that is data about persons.", (c, v) => c with { PersonalData = v })
        .Key("immutable", Bool, "Whether what is on it can never be changed or deleted.", (c, v) => c with { Immutable = v })
        .Key("copies", Counts, "Regions of the core that hold its whole state.", (c, v) => c with { Copies = v })
        .Key("network", Names, "How its nodes talk.", (c, v) => c with { Network = v })
        .Key("storage", Products, "What its state is kept in.", (c, v) => c with { Storage = v })
        .Key("interfaces", Names, "What reaches it, such as rpc.", (c, v) => c with { Interfaces = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of it.", (c, v) => c with { Objectives = v })
        .Key("backup", StoreLanguage.Backup, "Copies of its state.", (c, v) => c with { Backup = v })
        .Key("security", Names, "How it is guarded.", (c, v) => c with { Security = v })
        .Key("tools", Products, "What its contracts are written and tested with.", (c, v) => c with { Tools = v });
}
