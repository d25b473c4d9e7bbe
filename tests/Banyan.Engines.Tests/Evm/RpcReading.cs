using System.Text;
using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Tests.Evm;

/// <summary>An answer, read as the client reads it.</summary>
internal sealed class RpcReading(string method, string answer)
{
    public EvmError? Error => Read(RpcValues.Element).Error is { Failure: not EvmFailure.Nonsense } error ? error : null;

    public UInt256 Quantity() => Read(RpcValues.Quantity).Value;

    public ulong Number() => Read(RpcValues.Number).Value;

    public byte[] Data() => Read(RpcValues.Data).Value;

    public EvmHash Hash() => Read(RpcValues.Hash).Value;

    public object? Receipt() => Read(RpcValues.NullableReceipt).Value;

    public object? Receipts() => Read(RpcValues.NullableReceipts).Value;

    public object Logs() => Read(RpcValues.Logs).Value;

    public object Fees() => Read(FeeHistory.Read).Value;

    private EvmResult<T> Read<T>(RpcRead<T> read)
    {
        using var document = JsonDocument.Parse(answer);
        var call = new RpcCall<T>(method, null, read);
        RpcResponse.Deliver(Encoding.UTF8.GetBytes(answer), [call], document.RootElement.GetProperty("id").GetInt64(), "a node").ShouldBeNull();
        call.Outcome.IsCompleted.ShouldBeTrue();
        return call.Outcome.Result;
    }
}
