using System.Buffers.Binary;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Signing;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Tests.Evm;

/// <summary>A signer that thinks about two numbers until it is told to decide, and then refuses one of them.</summary>
internal sealed class SelectiveSigner(PrivateKeySigner inner) : IEvmSigner
{
    public const int Refused = 1_000_001;
    public const int Slow = 1_000_002;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EvmAddress Address => inner.Address;

    public Task Asked => _asked.Task;

    public TaskCompletionSource Decide { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<EvmResult<SignedTransaction>> SignAsync(EvmTransaction transaction, CancellationToken cancellationToken)
    {
        var number = BinaryPrimitives.ReadInt32BigEndian(transaction.Data.Span);
        if (number is Refused or Slow)
        {
            _asked.TrySetResult();
            await Decide.Task.WaitAsync(cancellationToken);
        }

        return number == Refused ? new EvmError(EvmFailure.NotSigned, "not this one") : inner.Sign(transaction);
    }
}
