using Banyan.Services.Identity.OpenIdConnect;

namespace Banyan.Services.Identity.Tests.OpenIdConnect;

public class RedirectAddressTests
{
    [Theory]
    [InlineData("https://app.example/cb")]
    [InlineData("https://app.example:8443/cb?tenant=1")]
    [InlineData("http://127.0.0.1/cb")]
    [InlineData("http://[::1]/cb")]
    [InlineData("com.example.app:/cb")]
    public void Check_AddressThatAClientCanHave_IsTaken(string address) => RedirectAddress.Check(address).ShouldBeNull();

    [Theory]
    [InlineData("http://app.example/cb")]
    [InlineData("http://localhost/cb")]
    [InlineData("https://*.app.example/cb")]
    [InlineData("https://app.example/cb#x")]
    [InlineData("https://user@app.example/cb")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("app:/cb")]
    [InlineData("/cb")]
    [InlineData("https://app.example/ cb")]
    [InlineData("")]
    public void Check_AddressThatGivesCodesAway_IsRefused(string address) => RedirectAddress.Check(address).ShouldNotBeNull();

    [Theory]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:1/cb", true)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:65535/cb", true)]
    [InlineData("http://[::1]/cb", "http://[::1]:5000/cb", true)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80@evil.example/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:80/cb/../x", false)]
    [InlineData("https://app.example/cb", "https://app.example:443/cb", false)]
    [InlineData("https://app.example/cb", "https://app.example/cb/", false)]
    [InlineData("https://app.example/cb", "HTTPS://app.example/cb", false)]
    [InlineData("https://app.example/cb", "https://app.example/cb", true)]
    public void Matches_Addresses_CharacterByCharacterButForLoopbackPorts(string registered, string given, bool matches) => RedirectAddress.Matches(registered, given).ShouldBe(matches);
}
