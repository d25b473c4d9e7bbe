using System.Numerics;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using Banyan.Engines.Evm.Rpc;

namespace Banyan.Contracts.Tests;

/// <summary>A deployed contract.</summary>
internal sealed class Contract(World world, EvmAddress address, ContractAbi abi)
{
    public EvmAddress Address => address;

    public ContractAbi Abi => abi;

    /// <summary>The data of a call.</summary>
    public byte[] Data(string function, params IReadOnlyList<object> arguments) => abi.Function(function).Encode(arguments);

    /// <summary>Sends a call that must succeed.</summary>
    public async Task<EvmReceipt> DoAsync(EvmAddress from, string function, params IReadOnlyList<object> arguments)
    {
        var data = Data(function, arguments);
        var receipt = await world.SendAsync(from, address, data);
        receipt.Succeeded.ShouldBeTrue($"{function} of {from}: {(receipt.Succeeded ? "" : await RefusalAsync(from, data))}");
        return receipt;
    }

    /// <summary>Sends a call; whether it succeeded.</summary>
    public async Task<bool> TryAsync(EvmAddress from, string function, params IReadOnlyList<object> arguments) => (await world.SendAsync(from, address, Data(function, arguments))).Succeeded;

    /// <summary>Sends a call that must fail with an error of this contract.</summary>
    public async Task RefusesAsync(string error, EvmAddress from, string function, params IReadOnlyList<object> arguments)
    {
        var data = Data(function, arguments);
        (await RefusalAsync(from, data)).ShouldStartWith(error);
        (await world.SendAsync(from, address, data)).Succeeded.ShouldBeFalse();
    }

    /// <summary>What a view gives.</summary>
    public async Task<object[]> AskAsync(string function, params IReadOnlyList<object> arguments)
    {
        var result = await world.Client.CallAsync(new EvmCall { To = address, Data = Data(function, arguments) }, BlockTag.Latest, TestContext.Current.CancellationToken);
        abi.Function(function).TryDecodeOutput(result.Value, out var values, out var problem).ShouldBeTrue(problem);
        return values!;
    }

    public async Task<long> NumberAsync(string function, params IReadOnlyList<object> arguments) => (long)(BigInteger)(await AskAsync(function, arguments))[0];

    public async Task<bool> IsAsync(string function, params IReadOnlyList<object> arguments) => (bool)(await AskAsync(function, arguments))[0];

    /// <summary>The members of a struct that a view gives.</summary>
    public async Task<object[]> StructAsync(string function, params IReadOnlyList<object> arguments) => (object[])(await AskAsync(function, arguments))[0];

    /// <summary>The arguments of the first event of this name in a receipt.</summary>
    public object[] EventOf(EvmReceipt receipt, string name)
    {
        var wanted = abi.Event(name);
        var log = receipt.Logs.First(l => l.Address == address && l.Topics[0] == wanted.Topic);
        wanted.TryDecode(log.Topics, log.Data.Span, out var values, out var problem).ShouldBeTrue(problem);
        return values!;
    }

    /// <summary>How a call is refused, in words; empty where it is not.</summary>
    private async Task<string> RefusalAsync(EvmAddress from, byte[] data)
    {
        var tried = await world.Client.CallAsync(new EvmCall { From = from, To = address, Data = data }, BlockTag.Latest, TestContext.Current.CancellationToken);
        return tried.Ok ? "" : abi.Describe(tried.Error.Data.Span) ?? tried.Error.Message;
    }
}
