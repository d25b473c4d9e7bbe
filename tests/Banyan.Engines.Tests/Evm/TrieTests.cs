using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Proving;
using Banyan.Engines.Evm.Rlp;
using Banyan.Engines.Evm.Trie;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Evm;

/// <summary>Tries and headers against the chain of Ethereum's execution API tests, and against themselves.</summary>
public class TrieTests
{
    private const string Vectors = "execution-apis/tests";

    [Fact]
    public void Header_EachOfThePublicChain_IsReadAndNamedByItsHash()
    {
        var before = (EvmHash?)null;
        var numbers = new List<ulong>();
        foreach (var (header, _) in Blocks())
        {
            BlockHeader.TryParse(header, out var read).ShouldBeTrue();
            if (before is { } parent)
                read!.ParentHash.ShouldBe(parent);
            before = read!.Hash;
            numbers.Add(read.Number);
        }

        numbers.ShouldBe(Enumerable.Range(1, numbers.Count).Select(static n => (ulong)n));
        before.ShouldBe(EvmHash.Parse(Answer("eth_getBlockByNumber/get-latest.io").GetProperty("hash").GetString()!));
    }

    [Fact]
    public void HeaderJson_BlocksOfEveryFork_GiveTheBytesOfTheirHash()
    {
        var seen = 0;
        foreach (var file in Directory.GetFiles(EvmVectors.Path($"{Vectors}/eth_getBlockByNumber"), "*.io"))
        {
            if (Answer(file) is not { ValueKind: JsonValueKind.Object } block)
                continue;
            var hash = EvmHash.Parse(block.GetProperty("hash").GetString()!);
            Keccak256.Hash(HeaderJson.Encode(block, hash).ShouldNotBeNull(file)).ShouldBe(hash);
            HeaderJson.Encode(block, EvmHash.Zero).ShouldBeNull();
            seen++;
        }

        seen.ShouldBeGreaterThan(6);
    }

    /// <summary>Besu's networks of known validators: the hash leaves out what they add when they have agreed.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void HeaderJson_ABlockWithSealsOfValidators_GivesTheBytesWithoutThem(bool qbft)
    {
        var block = Answer("eth_getBlockByNumber/get-block-cancun-fork.io");
        byte[] vanity = RlpItems.Bytes(new byte[32]), validators = RlpItems.List(RlpItems.Bytes(new byte[20])), votes = [0xc0], seals = RlpItems.List(RlpItems.Bytes(new byte[65]));
        var extra = RlpItems.List(vanity, validators, votes, RlpItems.Number(3), seals);
        var hashed = qbft ? RlpItems.List(vanity, validators, votes, [0x80], [0xc0]) : RlpItems.List(vanity, validators, votes);
        var hash = Keccak256.Hash(Plain(With(hashed)));

        Keccak256.Hash(HeaderJson.Encode(With(extra), hash).ShouldNotBeNull()).ShouldBe(hash);

        JsonElement With(byte[] data) => JsonDocument.Parse(block.GetRawText().Replace("\"extraData\":\"0x\"", $"\"extraData\":\"0x{Convert.ToHexStringLower(data)}\"", StringComparison.Ordinal)).RootElement;

        // The bytes with everything in them, by the reader's own order of fields.
        static byte[] Plain(JsonElement of)
        {
            string[] hex = ["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"], numbers = ["difficulty", "number", "gasLimit", "gasUsed", "timestamp"];
            return RlpItems.List([
                .. hex.Select(n => RlpItems.Bytes(EvmVectors.Bytes(of.GetProperty(n).GetString()!))), .. numbers.Select(n => RlpItems.Number(HeaderJson.QuantityOf(of.GetProperty(n).GetString())!.Value)),
                .. ((string[])["extraData", "mixHash", "nonce"]).Select(n => RlpItems.Bytes(EvmVectors.Bytes(of.GetProperty(n).GetString()!))), RlpItems.Number(HeaderJson.QuantityOf(of.GetProperty("baseFeePerGas").GetString())!.Value),
                RlpItems.Bytes(EvmVectors.Bytes(of.GetProperty("withdrawalsRoot").GetString()!)), RlpItems.Number(HeaderJson.QuantityOf(of.GetProperty("blobGasUsed").GetString())!.Value), RlpItems.Number(HeaderJson.QuantityOf(of.GetProperty("excessBlobGas").GetString())!.Value),
                RlpItems.Bytes(EvmVectors.Bytes(of.GetProperty("parentBeaconBlockRoot").GetString()!)),
            ]);
        }
    }

    [Fact]
    public void Tree_OfTransactions_HasTheRootOfEachHeader()
    {
        var seen = 0;
        foreach (var (header, transactions) in Blocks())
        {
            BlockHeader.TryParse(header, out var read).ShouldBeTrue();
            TrieTree.OfList(transactions).Root.ShouldBe(read!.TransactionsRoot);
            seen += transactions.Count;
        }

        seen.ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Tree_OfReceipts_HasTheRootOfTheHeader()
    {
        var receipts = Answer("eth_getBlockReceipts/get-block-receipts-latest.io").EnumerateArray().Select(static r => (ReadOnlyMemory<byte>)ReceiptCodec.Encode(r).ShouldNotBeNull()).ToList();
        var tree = TrieTree.OfList(receipts);
        tree.Root.ShouldBe(EvmHash.Parse(Answer("eth_getBlockByNumber/get-latest.io").GetProperty("receiptsRoot").GetString()!));
        for (var i = 0UL; i < (ulong)receipts.Count; i++)
        {
            TrieProof.TryFind(tree.Root, TrieTree.KeyOf(i), tree.Prove(TrieTree.KeyOf(i)), out var found, out _).ShouldBeTrue();
            found.ShouldBe(receipts[(int)i].ToArray());
        }
    }

    /// <summary>The node's own proofs of an account and of its storage (EIP-1186).</summary>
    [Fact]
    public void Proof_OfThePublicChainsState_LeadsToTheValue()
    {
        var state = EvmHash.Parse(Answer("eth_getBlockByNumber/get-latest.io").GetProperty("stateRoot").GetString()!);
        var answer = Answer("eth_getProof/get-account-proof-with-storage.io");
        var nodes = Nodes(answer.GetProperty("accountProof"));
        var address = EvmVectors.Bytes(answer.GetProperty("address").GetString()!);

        TrieProof.TryFind(state, Keccak256.Hash(address).ToArray(), nodes, out var account, out var problem).ShouldBeTrue(problem);

        var fields = new RlpReader(account);
        fields.TryList(out var items).ShouldBeTrue();
        Span<byte> storage = stackalloc byte[32];
        (items.TryNumber(out ulong _) && items.TryNumber(out UInt256 _) && items.TryBytes(storage)).ShouldBeTrue();
        Convert.ToHexStringLower(storage).ShouldBe(answer.GetProperty("storageHash").GetString()![2..]);
        var slot = answer.GetProperty("storageProof")[0];
        TrieProof.TryFind(EvmHash.FromBytes(storage), Keccak256.Hash(new byte[32]).ToArray(), Nodes(slot.GetProperty("proof")), out var value, out problem).ShouldBeTrue(problem);
        value.ShouldBe([0x38]);

        TrieProof.TryFind(state, Keccak256.Hash([.. address.Reverse()]).ToArray(), nodes, out _, out problem).ShouldBeFalse();
        TrieProof.TryFind(state, Keccak256.Hash(address).ToArray(), [.. nodes, nodes[0]], out _, out problem).ShouldBeFalse();
        problem.ShouldBe("has nodes that are not on the way");
        TrieProof.TryFind(state, Keccak256.Hash(address).ToArray(), nodes[..^1], out _, out problem).ShouldBeFalse();
        problem.ShouldBe("ends before the key");
    }

    /// <summary>Any list, short values put in place of their hashes among them: each proof holds, and no other does, nor one with a changed byte.</summary>
    [Fact]
    public void Tree_OfAnyList_ProvesEachAndNothingElse() => Prop.ForAll<byte[][], uint>(static (values, seed) =>
    {
        var list = values.Select((v, i) => (ReadOnlyMemory<byte>)(byte[])[(byte)i, .. v ?? []]).ToList();
        var tree = TrieTree.OfList(list);
        for (var i = 0; i < list.Count; i++)
        {
            var key = TrieTree.KeyOf((ulong)i);
            var proof = tree.Prove(key);
            if (!TrieProof.TryFind(tree.Root, key, proof, out var found, out _) || !list[i].Span.SequenceEqual(found) || TrieProof.TryFind(tree.Root, TrieTree.KeyOf((ulong)list.Count), proof, out _, out _))
                return false;
            var at = (int)(seed % (uint)proof.Count);
            var changed = proof[at].ToArray();
            changed[seed / 7 % changed.Length] ^= (byte)(1 + (seed % 255));
            if (TrieProof.TryFind(tree.Root, key, [.. proof.Take(at), changed, .. proof.Skip(at + 1)], out _, out _))
                return false;
        }

        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Proof_AnyBytes_NeverThrows() => Prop.ForAll<byte[], byte[]>(static (key, node) =>
    {
        // Its hash is right, so it is read.
        _ = TrieProof.TryFind(Keccak256.Hash(node ?? []), key ?? [], [node ?? []], out _, out var problem);
        return BlockHeader.TryParse(node ?? [], out _) is false && problem is not null;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tree_OfAThousand_ProvesEach()
    {
        var list = Enumerable.Range(0, 1000).Select(static i => (ReadOnlyMemory<byte>)Enumerable.Repeat((byte)i, 1 + (i % 90)).ToArray()).ToList();
        var tree = TrieTree.OfList(list);
        for (var i = 0; i < list.Count; i++)
        {
            TrieProof.TryFind(tree.Root, TrieTree.KeyOf((ulong)i), tree.Prove(TrieTree.KeyOf((ulong)i)), out var found, out var problem).ShouldBeTrue(problem);
            found.ShouldBe(list[i].ToArray());
        }
    }

    private static JsonElement Answer(string file)
    {
        var line = File.ReadLines(Path.IsPathRooted(file) ? file : EvmVectors.Path($"{Vectors}/{file}")).First(static l => l.StartsWith("<< ", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line[3..]);
        return json.RootElement.TryGetProperty("result", out var result) ? result.Clone() : default;
    }

    private static List<ReadOnlyMemory<byte>> Nodes(JsonElement proof) => [.. proof.EnumerateArray().Select(static n => (ReadOnlyMemory<byte>)EvmVectors.Bytes(n.GetString()!))];

    private static List<(byte[] Header, List<ReadOnlyMemory<byte>> Transactions)> Blocks()
    {
        var all = new List<(byte[], List<ReadOnlyMemory<byte>>)>();
        var reader = new RlpReader(File.ReadAllBytes(EvmVectors.Path($"{Vectors}/chain.rlp")));
        while (!reader.AtEnd)
        {
            reader.TryList(out var block).ShouldBeTrue();
            block.TryRaw(out var header).ShouldBeTrue();
            block.TryList(out var list).ShouldBeTrue();
            var transactions = new List<ReadOnlyMemory<byte>>();
            while (!list.AtEnd)
            {
                // A legacy one is a list; the others are wrapped.
                ReadOnlySpan<byte> raw;
                (list.IsList ? list.TryRaw(out raw) : list.TryBytes(out raw)).ShouldBeTrue();
                transactions.Add(raw.ToArray());
            }

            all.Add((header.ToArray(), transactions));
        }

        return all;
    }
}
