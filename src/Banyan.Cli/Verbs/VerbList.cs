using Banyan.Cli.Verbs.Chain;

namespace Banyan.Cli.Verbs;

/// <summary>Every verb, in the order of the help text. A new verb is a file beside this one and a line here.</summary>
internal static class VerbList
{
    /// <summary>Makes them all.</summary>
    public static Verb[] Create() =>
    [
        new CheckVerb(),
        new UpVerb(),
        new StatusVerb(),
        new DownVerb(),
        new ConsoleVerb(),
        new SwitchVerb(),
        new ShiftVerb(),
        new ApproveVerb(),
        new PauseVerb(),
        new ResumeVerb(),
        new StrandedVerb(),
        new DrillVerb(),
        new DrillsVerb(),
        new VerifyVerb(),
        new ProofVerb(),
        new ChainVerb(),
        new AnchorsVerb(),
        new LogVerb(),
        new CredentialVerb(),
        new KeysVerb(),
        new SchemaVerb(),

        // Children of `up`, not in the help text.
        new ConsensusVerb(),
        new KeeperVerb(),
        new CellVerb(),
        new FrontDoorVerb(),
        new FeedVerb(),
    ];
}
