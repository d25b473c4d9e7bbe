namespace Banyan.Engines.Evm;

/// <summary>An expected failure. Immutable.</summary>
/// <param name="Failure">Its kind.</param>
/// <param name="Message">One line: what, where, and the remedy where there is one.</param>
public sealed record EvmError(EvmFailure Failure, string Message)
{
    /// <summary>The code of the node's error; null where it is not the node's.</summary>
    public int? Code { get; init; }

    /// <summary>What a contract said with its revert, such as <c>Error(string)</c>'s text or an error's selector and arguments.</summary>
    public string? Reason { get; init; }

    /// <summary>The data of a revert, for <c>ContractAbi.TryDecodeError</c>.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Whether doing the same again later can help.</summary>
    public bool MayRetry => Failure is EvmFailure.Unreachable or EvmFailure.Nonsense or EvmFailure.OtherChain or EvmFailure.FeesBeyondCap or EvmFailure.InsufficientFunds;

    public override string ToString() => $"{Failure}: {Message}";
}
