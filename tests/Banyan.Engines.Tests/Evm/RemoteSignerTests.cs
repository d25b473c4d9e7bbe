using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Signing;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Tests.Evm;

/// <summary>An outside signer, as Web3signer and Clef answer, and as one answers that is not to be trusted.</summary>
public class RemoteSignerTests
{
    private static readonly EvmTransaction Wanted = new() { ChainId = 7, Nonce = 3, GasLimit = 60_000, To = EvmAddress.Zero, Value = 5, Data = new byte[] { 1, 2 }, MaxFeePerGas = 9, MaxPriorityFeePerGas = 2 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"RAW\"")]
    [InlineData("""{"raw":"RAW","tx":{}}""")]
    public async Task Sign_HonestSigner_IsTaken(string shape)
    {
        using var key = PrivateKeySigner.Create();
        await using var node = new ScriptedNode(call => ScriptedNode.One(call, _ => shape.Replace("RAW", Hex.Write(key.Sign(Read(call.GetProperty("params")[0])).Value.Raw.Span), StringComparison.Ordinal)));
        await using var client = node.Client();
        var signed = (await new RemoteSigner(client, key.Address).SignAsync(Wanted, Token)).Value;
        signed.Hash.ShouldBe(key.Sign(Wanted).Value.Hash);
    }

    [Fact]
    public async Task Sign_AnotherKeyOrTransaction_IsRefused()
    {
        using var key = PrivateKeySigner.Create();
        using var other = PrivateKeySigner.Create();
        var answers = new Dictionary<string, Func<string>>
        {
            ["signed as"] = () => $"\"{Hex.Write(other.Sign(Wanted).Value.Raw.Span)}\"",
            ["another transaction"] = () => $"\"{Hex.Write(key.Sign(Wanted with { Value = 6 }).Value.Raw.Span)}\"",
            ["no transaction"] = static () => "\"0x02c0\"",
            ["neither bytes"] = static () => "5",
        };
        foreach (var (problem, answer) in answers)
        {
            await using var node = new ScriptedNode(call => ScriptedNode.One(call, _ => answer()));
            await using var client = node.Client();
            var error = (await new RemoteSigner(client, key.Address).SignAsync(Wanted, Token)).Error!;
            error.Failure.ShouldBe(EvmFailure.NotSigned);
            error.Message.ShouldContain(problem);
        }
    }

    private static EvmTransaction Read(JsonElement fields)
    {
        ulong Number(string name) => Convert.ToUInt64(fields.GetProperty(name).GetString()![2..], 16);
        return new()
        {
            ChainId = Number("chainId"), Nonce = Number("nonce"), GasLimit = Number("gas"), To = EvmAddress.Parse(fields.GetProperty("to").GetString()!), Value = Number("value"),
            Data = EvmVectors.Bytes(fields.GetProperty("data").GetString()!), MaxFeePerGas = Number("maxFeePerGas"), MaxPriorityFeePerGas = Number("maxPriorityFeePerGas"),
        };
    }
}
