using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Events;

/// <summary>What is new on the chain. Immutable.</summary>
/// <param name="Removed">Events that were told and are no more, for their blocks were reorganised away: the newest first, to be undone in this order, before what is added.</param>
/// <param name="Added">Events, in the chain's order.</param>
/// <param name="Cursor">How far that is: the next step begins with it.</param>
/// <param name="Head">The height of the chain.</param>
public sealed record EventBatch(IReadOnlyList<EvmLog> Removed, IReadOnlyList<EvmLog> Added, EventCursor Cursor, ulong Head)
{
    /// <summary>Blocks that there are still to read.</summary>
    public ulong Behind => Head + 1 > Cursor.Next ? Head + 1 - Cursor.Next : 0;
}
