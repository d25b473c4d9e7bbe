using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Abi;
using Banyan.Engines.Evm.Signing;
using Banyan.Engines.Evm.Transactions;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Evm;

/// <summary>An independent library agrees byte for byte: ethers, as <c>contracts/package-lock.json</c> has it.</summary>
public class EthersTests
{
    private static readonly string[] Signatures = ["function transfer(address to, uint256 value) returns (bool)", "function f((uint8,(string,bytes32)[2])[] x, int24)", "function anchor(bytes32 log, uint64 size, bytes32 root)", "function g()"];

    [Fact]
    public async Task Everything_AgainstEthers_IsTheSameBytes()
    {
        var modules = Path.Combine(SharedVectors.Repository, "contracts", "node_modules");
        Assert.SkipUnless(Directory.Exists(Path.Combine(modules, "ethers")), "ethers is not installed: npm ci in contracts/, which the build does where node is.");
        var random = new Random(20261121);
        var signed = Enumerable.Range(0, 150).Select(_ => Sign(random)).ToArray();
        var values = Enumerable.Range(0, 400).Select(AbiValueGenerator.Of).ToArray();
        var cases = new JsonObject
        {
            ["transactions"] = new JsonArray([.. signed.Select(static s => new JsonObject { ["key"] = s.Key, ["fields"] = Fields(s.Transaction.Transaction) })]),
            ["abi"] = new JsonArray([.. values.Select(static v => new JsonObject { ["type"] = v.Type.Name, ["value"] = Value(v.Value) })]),
            ["signatures"] = new JsonArray([.. Signatures.Select(s => JsonValue.Create(s))]),
        };
        var answers = await AskAsync(Path.GetDirectoryName(modules)!, cases.ToJsonString());

        var transactions = answers.GetProperty("transactions");
        for (var i = 0; i < signed.Length; i++)
        {
            var (theirs, ours) = (transactions[i], signed[i].Transaction);
            Hex.Write(ours.Raw.Span).ShouldBe(theirs.GetProperty("raw").GetString(), $"transaction {i}");
            ours.Hash.ToString().ShouldBe(theirs.GetProperty("hash").GetString());
            ours.Sender.ToString().ShouldBe(theirs.GetProperty("from").GetString());
            EvmAddress.OfContract(ours.Sender, ours.Transaction.Nonce).ToString().ShouldBe(theirs.GetProperty("created").GetString());
        }

        for (var i = 0; i < values.Length; i++)
            Hex.Write(AbiEncoder.Encode([], [new(values[i].Type)], [values[i].Value])).ShouldBe(answers.GetProperty("abi")[i].GetString(), values[i].Type.Name);
        for (var i = 0; i < Signatures.Length; i++)
            $"0x{AbiFunction.Parse(Signatures[i]).Selector:x8}".ShouldBe(answers.GetProperty("selectors")[i].GetString());
    }

    private static (string Key, SignedTransaction Transaction) Sign(Random random)
    {
        var key = new byte[32];
        random.NextBytes(key);
        using var signer = new PrivateKeySigner(key);
        var data = new byte[random.Next(3) * random.Next(400)];
        random.NextBytes(data);
        var type = (EvmTransactionType)random.Next(3);
        var tip = (UInt128)random.NextInt64();
        var slots = Enumerable.Range(0, random.Next(3)).Select(_ => EvmHash.FromBytes(SHA256.HashData(data))).ToArray();
        return (Hex.Write(key), signer.Sign(new()
        {
            Type = type, ChainId = (ulong)random.NextInt64(1, 1L << 50), Nonce = (ulong)random.NextInt64(1L << random.Next(1, 50)), MaxFeePerGas = tip + (UInt128)random.NextInt64(), MaxPriorityFeePerGas = type == EvmTransactionType.DynamicFee ? tip : 0,
            GasLimit = 1_000_000, To = random.Next(4) == 0 ? null : EvmAddress.FromBytes(key.AsSpan(0, 20)), Value = (UInt128)random.NextInt64() * (ulong)random.Next(), Data = data,
            AccessList = type == EvmTransactionType.Legacy || random.Next(2) == 0 ? [] : [new(EvmAddress.FromBytes(key.AsSpan(12, 20)), slots)],
        }).Value);
    }

    private static JsonObject Fields(EvmTransaction t)
    {
        var fields = new JsonObject
        {
            ["type"] = (int)t.Type, ["chainId"] = t.ChainId.ToString(), ["nonce"] = t.Nonce, ["gasLimit"] = t.GasLimit.ToString(CultureInfo.InvariantCulture), ["to"] = t.To?.ToString(),
            ["value"] = t.Value.ToString(), ["data"] = Hex.Write(t.Data.Span),
        };
        if (t.Type == EvmTransactionType.DynamicFee)
            (fields["maxFeePerGas"], fields["maxPriorityFeePerGas"]) = (t.MaxFeePerGas.ToString(), t.MaxPriorityFeePerGas.ToString());
        else
            fields["gasPrice"] = t.MaxFeePerGas.ToString();
        if (t.Type != EvmTransactionType.Legacy)
            fields["accessList"] = new JsonArray([.. t.AccessList.Select(static e => new JsonArray(e.Address.ToString(), new JsonArray([.. e.StorageKeys.Select(static k => JsonValue.Create(k.ToString()))])))]);
        return fields;
    }

    private static JsonNode Value(object value) => value switch
    {
        bool b => b,
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        EvmAddress address => address.ToString(),
        byte[] bytes => Hex.Write(bytes),
        object[] items => new JsonArray([.. items.Select(Value)]),
        _ => (string)value,
    };

    private static async Task<JsonElement> AskAsync(string folder, string cases)
    {
        var script = Path.Combine(SharedVectors.Repository, "tests", "Banyan.Engines.Tests", "Evm", "ethers.mjs");
        using var node = Process.Start(new ProcessStartInfo("node", [script, folder]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.StandardInput.WriteAsync(cases);
        node.StandardInput.Close();
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        node.ExitCode.ShouldBe(0, await errors);
        using var document = JsonDocument.Parse(await output);
        return document.RootElement.Clone();
    }
}
