using System.Collections.Immutable;

namespace Banyan.Routing.Policies;

/// <summary>What of a client a choice depended on: whoever keeps the answer for others must know.</summary>
[Flags]
public enum ChoiceBasis
{
    /// <summary>It is the same for everyone.</summary>
    Nothing = 0,

    /// <summary>The client's key.</summary>
    Key = 1,

    /// <summary>Country or place.</summary>
    Place = 2,
}

/// <summary>What was chosen for a client.</summary>
/// <param name="Target">The target's index.</param>
/// <param name="Basis">What the choice depended on.</param>
/// <param name="NothingWell">No target that the policies lead to is well; it was chosen as though all were.</param>
/// <param name="Marks">The marks of every branch that it went by.</param>
public readonly record struct PolicyChoice(int Target, ChoiceBasis Basis, bool NothingWell, uint Marks = 0);

/// <summary>Why a policy took a branch.</summary>
public enum ChoiceReason
{
    /// <summary>The client's country is one of the branch's.</summary>
    Country,

    /// <summary>The target is in the client's country.</summary>
    SameCountry,

    /// <summary>The client's own branch is not well, or there is none: where everyone else goes.</summary>
    Otherwise,

    /// <summary>The least distance to the client.</summary>
    Nearest,

    /// <summary>The shortest round trip to the client.</summary>
    Quickest,

    /// <summary>The client's key falls into the branch's share.</summary>
    Share,

    /// <summary>The first that is well.</summary>
    First,

    /// <summary>The first that is well takes only a part of the clients as yet, and this one is not in it.</summary>
    ComingBack,

    /// <summary>The policy has nothing to say about this client; the next is asked.</summary>
    NothingToSay,
}

/// <summary>One step of a choice.</summary>
/// <param name="Policy">The policy that was asked.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Reason">Why.</param>
/// <param name="Branch">The target or policy that it took; null where it had nothing to say.</param>
public sealed record ChoiceStep(string Policy, PolicyKind Kind, ChoiceReason Reason, string? Branch);

/// <summary>A choice that explains itself. Immutable.</summary>
/// <param name="Choice">The choice.</param>
/// <param name="Target">The target's name.</param>
/// <param name="Steps">Every policy that was asked, in order.</param>
public sealed record ExplainedChoice(PolicyChoice Choice, string Target, ImmutableArray<ChoiceStep> Steps)
{
    /// <summary>In one line, such as <c>home (Geographic): SameCountry -&gt; east-africa</c>.</summary>
    public override string ToString() =>
        string.Join("; ", Steps.Select(static s => $"{s.Policy} ({s.Kind}): {s.Reason}{(s.Branch is null ? "" : $" -> {s.Branch}")}")) + (Choice.NothingWell ? " (nothing is well)" : "");
}
