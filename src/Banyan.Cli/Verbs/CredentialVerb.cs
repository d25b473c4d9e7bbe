using System.CommandLine;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan credential check|evidence|enter</c>: verifiable credentials of the platform's organisations.</summary>
internal sealed class CredentialVerb : Verb
{
    public CredentialVerb()
        : base("credential", "Checks verifiable credentials, issues those of drills, enters organisations' keys on the chain")
    {
        Add(new CredentialCheckVerb());
        Add(new CredentialEvidenceVerb());
        Add(new CredentialEnterVerb());
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan credential check amina.vc --issuer did:web:kai.example:organisations:north", "anywhere; fetches the issuer's document and status list"),
        ("banyan credential evidence RECEIPT --out drill.vc", "what came of a drill, signed by the region's organisation"),
        ("banyan credential enter north", "the hash of the organisation's DID document, on the platform's chain"),
    ];

    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken) =>
        throw new CommandFailure("say what to do: banyan credential check FILE, evidence RECEIPT or enter ORGANISATION (--help)");
}
