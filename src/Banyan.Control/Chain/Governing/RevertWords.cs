using System.Globalization;
using System.Numerics;
using Banyan.Control.Chain.Contracts;
using Banyan.Engines.Evm;

namespace Banyan.Control.Chain.Governing;

/// <summary>Says in plain words why a contract refused, and what to do. Pure.</summary>
/// <param name="contracts">The contracts.</param>
/// <param name="names">What accounts are called.</param>
/// <param name="asked">The contract that is called, whose errors count first: several have some of the same name and kind. Null: the organisations'.</param>
internal sealed class RevertWords(ContractBook contracts, AccountNames names, ContractEntry? asked = null)
{
    private const string Status = "banyan chain status";

    private static readonly string[] States = ["not there", "open", "carried out already", "withdrawn", "expired"];
    private static readonly string[] RequestStates = ["not there", "open", "approved", "carried out already", "withdrawn", "expired"];

    /// <summary>The words for what a node answered.</summary>
    public string Of(EvmError error)
    {
        var data = error.Data.Span;
        // A call that is carried out may be refused by another contract than the one that was called.
        foreach (var contract in (IEnumerable<ContractEntry>)[asked ?? contracts.Organisations, .. contracts.All])
        {
            if (contract.Artifact.Abi.TryDecodeError(data, out var named, out var values))
                return Words(contract.Artifact, named.Name, values) ?? $"the contract refuses: {contract.Artifact.Abi.Describe(data)}";
        }

        return Engines.Evm.Abi.ContractAbi.DescribeStandard(data) is { } standard ? $"the contract refuses: {standard}"
            : error.Failure == EvmFailure.Reverted ? $"the contract refuses, and this build does not know why ({error.Message}): is another version of it on the chain? ({Status})"
            : error.Message;
    }

    private string? Words(ContractArtifact contract, string error, object[] values) => (contract.Name, error) switch
    {
        ("Approvals", "NotOpen") => $"request {Number(values[0])} is {State(RequestStates, values[1])}",
        (_, "NotMember") => $"{Who(values[0])} is no organisation that takes part: {Status}",
        (_, "NotGuardian") => $"{Who(values[0])} may not pause: it has not the role guardian ({Status} says who has)",
        (_, "NotSelf" or "NotAuthority") => "only the organisations together may do that: banyan chain propose",
        (_, "NotProposer") => $"{Who(values[0])} did not propose it: only who did takes it back",
        (_, "AlreadyMember") => $"{Who(values[0])} takes part already",
        (_, "NameTaken") => "another organisation has that name",
        (_, "BadMember") => "an account or a name is empty, or the contract's own",
        (_, "TooManyMembers") => "there are as many organisations as can be: 64",
        (_, "BadThreshold") => $"{Number(values[0])} approvals of {Number(values[1])} organisations can't be asked for: it is from 1 to all; where one leaves, ask for fewer first (banyan chain propose threshold)",
        (_, "BadDeadline") => "the deadline has passed, or is more than 30 days away",
        (_, "NotOpen") => (int)(BigInteger)values[1] == 0 ? $"there is no proposal {Number(values[0])}: banyan chain proposals --all" : $"proposal {Number(values[0])} is {State(States, values[1])}",
        (_, "AlreadyApproved") => $"{Who(values[1])} has approved {Number(values[0])} already",
        (_, "NotApproved") => $"{Who(values[1])} has not approved {Number(values[0])}",
        ("Organisations", "NotEnoughApprovals") => $"{Number(values[1])} of {Number(values[2])} organisations have approved proposal {Number(values[0])}: banyan chain approve {Number(values[0])} --as ORGANISATION",
        (_, "NotEnoughApprovals") => $"{Number(values[1])} of {Number(values[2])} organisations have approved request {Number(values[0])}",
        (_, "OtherCall") => $"that is not the call that was proposed as {Number(values[0])}: the node's events and the contract differ",
        (_, "AlreadyPaused") => "everything is paused already; the organisations resume by banyan chain propose resume",
        (_, "NotPaused") => "nothing is paused",
        (_, "BadBatch") => "a batch has no calls",
        (_, "Paused") => "a guardian has paused the contracts; the organisations resume by banyan chain propose resume",
        (_, "NotWriter") => $"{Who(values[1])} does not write the log of {names.Log(EvmHash.FromBytes((byte[])values[0]))}: banyan chain propose add-writer",
        (_, "NotReporter") => $"only an organisation or a writer of the log reports a fork, and {Who(values[1])} is neither",
        (_, "NoFork") => $"nothing else is anchored of the log of {names.Log(EvmHash.FromBytes((byte[])values[0]))} at size {Number(values[1])}: that is no fork",
        (_, "BadNote") => "the note does not begin with that log's origin, size and root, or has more than 8,192 bytes",
        (_, "NoPolicy" or "BadPolicy") => "a kind of request needs a name and at least one organisation",
        (_, "ERC1967InvalidImplementation") => $"there is no code at {values[0]} that a contract could be upgraded to",
        (_, "UUPSUnsupportedProxiableUUID") => "the code is of a contract that keeps its state elsewhere: an upgrade to it would lose everything",
        (_, "FailedCall") => "the call that was proposed fails, without a reason",
        (_, "AddressEmptyCode") => $"there is no contract at {values[0]}",
        _ => null,
    };

    private string Who(object account) => names.Of((EvmAddress)account);

    private static string Number(object number) => ((BigInteger)number).ToString(CultureInfo.InvariantCulture);

    private static string State(string[] states, object number) => (int)(BigInteger)number is var state && state < states.Length ? states[state] : "in a state that this build does not know";
}
