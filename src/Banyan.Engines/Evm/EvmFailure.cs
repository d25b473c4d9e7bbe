namespace Banyan.Engines.Evm;

/// <summary>Why something with a chain could not be done. Names are stable: status and tests rely on them.</summary>
public enum EvmFailure
{
    /// <summary>No endpoint could be reached in time. A retry can help.</summary>
    Unreachable,

    /// <summary>The node answered with an error of its own: see its code and message.</summary>
    Refused,

    /// <summary>The EVM reverted: see the reason.</summary>
    Reverted,

    /// <summary>The node answered what can't be: another chain, another hash, broken JSON, too much of it.</summary>
    Nonsense,

    /// <summary>The node serves another chain than the one that is pinned.</summary>
    OtherChain,

    /// <summary>The sender's account can't pay.</summary>
    InsufficientFunds,

    /// <summary>The fees that the chain asks for are beyond the policy's caps.</summary>
    FeesBeyondCap,

    /// <summary>What was asked for can't be: it would never be taken by a chain.</summary>
    Invalid,

    /// <summary>The signer did not sign, or signed something else.</summary>
    NotSigned,

    /// <summary>Another transaction of the account has taken its nonce, and it was not to be sent again.</summary>
    Displaced,

    /// <summary>The chain was reorganised more deeply than is remembered, or is another one than before.</summary>
    TooDeep,

    /// <summary>The sender or the client was closed before the outcome was known.</summary>
    Closed,
}
