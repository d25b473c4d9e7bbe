using Banyan.Engines.Evm;

namespace Banyan.Engines.Tests.Evm;

public class AddressTests
{
    /// <summary>The examples of EIP-55.</summary>
    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void Text_Eip55_IsItsChecksum(string text) => EvmAddress.Parse(text).ToString().ShouldBe(text);

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD")]
    [InlineData("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    [InlineData("")]
    public void TryParse_MistypedOrShort_IsRefused(string text) => EvmAddress.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void TryParse_OneCase_IsTaken() => EvmAddress.Parse("0xD1220A0CF47C7B9BE7A2E6BA89F429762E7B9ADB").ShouldBe(EvmAddress.Parse("0xd1220a0cf47c7b9be7a2e6ba89f429762e7b9adb"));

    /// <summary>The examples of EIP-1014.</summary>
    [Theory]
    [InlineData("0x0000000000000000000000000000000000000000", "0x0000000000000000000000000000000000000000000000000000000000000000", "00", "0x4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38")]
    [InlineData("0xdeadbeef00000000000000000000000000000000", "0x0000000000000000000000000000000000000000000000000000000000000000", "00", "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3")]
    [InlineData("0x00000000000000000000000000000000deadbeef", "0x00000000000000000000000000000000000000000000000000000000cafebabe", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "0x1d8bfDC5D46DC4f61D6b6115972536eBE6A8854C")]
    [InlineData("0x0000000000000000000000000000000000000000", "0x0000000000000000000000000000000000000000000000000000000000000000", "", "0xE33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0")]
    public void OfContract_Eip1014_IsItsAddress(string creator, string salt, string initCode, string address) =>
        EvmAddress.OfContract(EvmAddress.Parse(creator), EvmHash.Parse(salt), Convert.FromHexString(initCode)).ToString().ShouldBe(address);

    /// <summary>Cryptokitties' creation, as on the main chain: account and nonce to contract.</summary>
    [Theory]
    [InlineData("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", 0UL, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d")]
    [InlineData("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", 1UL, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8")]
    [InlineData("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", 2UL, "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91")]
    public void OfContract_Nonce_IsItsAddress(string creator, ulong nonce, string address) => EvmAddress.OfContract(EvmAddress.Parse(creator), nonce).ShouldBe(EvmAddress.Parse(address));
}
