using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Services.Identity.Passkeys;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>Which domain passkeys are made for, and which pages may ask.</summary>
public class RelyingPartyTests
{
    [Theory]
    [InlineData("https://kai.example", "kai.example")]
    [InlineData("https://id.kai.example", "id.kai.example")]
    [InlineData("https://localhost:8080", "localhost")]
    [InlineData("https://127.0.0.1:8080", null)]
    [InlineData("https://[::1]:8080", null)]
    public void Domain_OfAnIssuer_IsItsHost_AndAnAddressHasNone(string issuer, string? domain) => Of(issuer).Domain.ShouldBe(domain);

    [Fact]
    public void Domain_WhereTheRegionsNameIsTooLongForAUserHandle_IsNone() => Of("https://kai.example", partition: new string('r', 42)).Domain.ShouldBeNull();

    [Fact]
    public void Takes_EveryRegionsDoor_AndWhatIsSaid_NothingElse()
    {
        var party = Of("https://id.kai.example", ("identity:passkeys.domain", "kai.example"), ("identity:passkeys.origins", "https://app.kai.example, https://kai.example:8443"));
        party.Domain.ShouldBe("kai.example");
        foreach (var origin in (string[])["https://kai.example", "https://id.kai.example", "https://east.kai.example", "https://west.kai.example", "https://app.kai.example", "https://kai.example:8443"])
        {
            party.Takes(origin, false, null).ShouldBeTrue(origin);
            party.Takes(origin, true, null).ShouldBeFalse(origin);
            party.Takes(origin, false, "https://kai.example").ShouldBeFalse(origin);
        }

        foreach (var origin in (string[])["http://kai.example", "https://north.kai.example", "https://kai.example/", "https://KAI.example", "https://kai.example.evil.example", "null", ""])
            party.Takes(origin, false, null).ShouldBeFalse(origin);
    }

    [Theory]
    [InlineData("identity:passkeys.domain", "https://kai.example")]
    [InlineData("identity:passkeys.domain", "Kai.example")]
    [InlineData("identity:passkeys.domain", "127.0.0.1")]
    [InlineData("identity:passkeys.domain", "")]
    [InlineData("identity:passkeys.origins", "kai.example")]
    [InlineData("identity:passkeys.origins", "https://kai.example/")]
    [InlineData("identity:passkeys.origins", "http://kai.example")]
    public void Settings_ThatAreNone_AreRefusedByName(string key, string value) => Should.Throw<CellException>(() => Of("https://kai.example", (key, value))).Message.ShouldContain(key);

    private static RelyingParty Of(string issuer, params (string Key, string Value)[] settings) => Of(issuer, "east", settings);

    private static RelyingParty Of(string issuer, string partition, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string> { ["identity:regions"] = "east,west" };
        foreach (var (key, value) in settings)
            all[key] = value;
        var cell = new CellContext { Platform = "kai", Region = partition, Partition = partition, PublicAddress = new Uri(issuer), Settings = all };
        return new RelyingParty(IdentitySettings.From(cell), cell);
    }
}
