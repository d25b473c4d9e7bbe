using System.Text;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Engines.Tests.Evm;

public class HashingTests
{
    /// <summary>The Keccak team's known answers, and the empty code's and empty list's hashes that every client has as constants (Yellow Paper).</summary>
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("c0", "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")]
    [InlineData("80", "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")]
    [InlineData("cc", "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a")]
    [InlineData("41fb", "a8eaceda4d47b3281a795ad9e1ea2122b407baf9aabcb9e18b5717b7873537d2")]
    public void Hash_KnownAnswers_AreTheirs(string hex, string digest) =>
        Keccak256.Hash(Convert.FromHexString(hex)).ShouldBe(EvmHash.Parse("0x" + digest));

    /// <summary>Selectors that the contract ABI specification and ERC-20 print.</summary>
    [Theory]
    [InlineData("baz(uint32,bool)", "cdcd77c0")]
    [InlineData("bar(bytes3[2])", "fce353f6")]
    [InlineData("sam(bytes,bool,uint256[])", "a5643bf2")]
    [InlineData("transfer(address,uint256)", "a9059cbb")]
    public void Hash_Signatures_BeginWithTheSelector(string signature, string selector) =>
        Keccak256.Hash(Encoding.ASCII.GetBytes(signature)).ToString().ShouldStartWith("0x" + selector);

    /// <summary>Every length around the block of 136 bytes: absorbing must not depend on where blocks end. The end of the chain of hashes is what ethers 6 computes.</summary>
    [Fact]
    public void Hash_ChainOfLengths_IsEthers()
    {
        // let h = '0x'; for (let i = 0; i < 600; i++) h = keccak256(concat([h, '0x' + 'a5'.repeat(i)]))
        byte[] last = [];
        for (var i = 0; i < 600; i++)
        {
            var data = new byte[last.Length + i];
            last.CopyTo(data, 0);
            data.AsSpan(last.Length).Fill(0xa5);
            last = Keccak256.Hash(data).ToArray();
        }

        Convert.ToHexStringLower(last).ShouldBe("8801cb54077f508b9c98223ecb79584448ed0d14dcc3d294870780a1adec9e66");
    }

    /// <summary>The genesis block of BasicTests: its hash is its header's.</summary>
    [Fact]
    public void Hash_GenesisHeader_IsItsHash()
    {
        var vector = EvmVectors.Read("ethereum/BasicTests/genesishashestest.json");
        var rlp = EvmVectors.Bytes(vector.GetProperty("genesis_rlp_hex").GetString()!);
        // A list of header (f90214 and what follows), transactions and uncles (both c0).
        var header = rlp.AsSpan(3, rlp.Length - 5);
        Keccak256.Hash(header).ToString().ShouldBe("0x" + vector.GetProperty("genesis_hash").GetString());
    }
}
