namespace Banyan.Engines.Evm.Rpc;

/// <summary>An endpoint did not answer a request, so that another may be asked. Stays within the client.</summary>
internal sealed class RpcTransportException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What it means to a caller when no other endpoint does better.</summary>
    public EvmFailure Failure { get; init; } = EvmFailure.Unreachable;
}
