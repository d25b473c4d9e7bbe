namespace Banyan.Control.Chain.Governing;

/// <summary>What is to be proposed: one call of the organisations' contract, or several that are made together or not at all. Immutable.</summary>
public sealed class Draft
{
    internal Draft(IReadOnlyList<ChainCall> calls, IReadOnlyList<CallMeaning> does) => (Calls, Does) = (calls, does);

    /// <summary>What it would do.</summary>
    public IReadOnlyList<CallMeaning> Does { get; }

    internal IReadOnlyList<ChainCall> Calls { get; }
}
