using System.Text.Json.Serialization;
using Banyan.Control.Chain.Governing;

namespace Banyan.Cli.Chain;

/// <summary>A proposal, as <c>banyan chain … --format json</c> has it.</summary>
internal sealed record ProposalAnswer(
    long Id, string State, bool Ready, bool Grave, string Proposer, DateTimeOffset Deadline, int Approvals, int Needed, IReadOnlyList<string> ApprovedBy,
    IReadOnlyList<string> Does, string? Target, string? Data, long? Block)
{
    public static ProposalAnswer Of(Proposal p) => new(
        p.Id, Word(p.State), p.Ready, p.Grave, p.Proposer, p.Deadline, p.Approvals, p.Needed, p.ApprovedBy, [.. p.Does.Select(static d => d.Text)], p.Target, p.Data, p.Block);

    /// <summary>The state's word.</summary>
    public static string Word(ProposalState state) => state.ToString().ToLowerInvariant();
}

/// <summary>A page of proposals.</summary>
/// <param name="Proposals">The newest first.</param>
/// <param name="Before">What <c>--before</c> takes for the next page; null where nothing follows.</param>
internal sealed record ProposalsAnswer(IReadOnlyList<ProposalAnswer> Proposals, long? Before);

/// <summary>What was done.</summary>
/// <param name="Acts">Each, in order.</param>
/// <param name="Proposals">How the proposals stand afterwards that it was about.</param>
internal sealed record ActsAnswer(IReadOnlyList<ChainAct> Acts, IReadOnlyList<ProposalAnswer> Proposals);

/// <summary>A key of <c>banyan chain key</c>.</summary>
/// <param name="Key">Which.</param>
/// <param name="Account">The account of the next one; null once it has taken its place.</param>
/// <param name="Former">Where the former is now; null before that.</param>
internal sealed record ChainKeyAnswer(string Key, string? Account, string? Former);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(GovernanceStatus))]
[JsonSerializable(typeof(ProposalsAnswer))]
[JsonSerializable(typeof(ActsAnswer))]
[JsonSerializable(typeof(ChainKeyAnswer))]
internal sealed partial class ChainAnswerJson : JsonSerializerContext;
