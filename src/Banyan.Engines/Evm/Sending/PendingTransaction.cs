using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Sending;

/// <summary>A transaction under way.</summary>
public sealed class PendingTransaction
{
    private readonly Flight _flight;

    internal PendingTransaction(Flight flight) => _flight = flight;

    /// <summary>The request's name.</summary>
    public string Id => _flight.Id;

    /// <summary>Its hash as it was last sent; a replacement has another, and the receipt says which it was.</summary>
    public EvmHash Hash => _flight.Versions[^1].Hash;

    /// <summary>
    /// Its receipt, confirmed as the options ask; a transaction that reverted has one too. An error where it never comes to be in a block. It may take
    /// as long as the chain does.
    /// </summary>
    public Task<EvmResult<EvmReceipt>> Outcome => _flight.Outcome;
}
