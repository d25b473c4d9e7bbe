using System.Net;
using System.Text;
using Banyan.Cells.Webhooks;

namespace Banyan.Cells.Tests.Webhooks;

public class WebhookSendingTests
{
    /// <summary>The vector that the specification's reference libraries carry.</summary>
    [Fact]
    public void Sign_StandardWebhooksVector_IsTheirs()
    {
        WebhookSecret.TryParse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", out var secret).ShouldBeTrue();

        WebhookSignature.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")).ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    public void TryParse_NotASecret_IsFalse(string text) => WebhookSecret.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Format_ThenParse_IsTheSame()
    {
        var secret = WebhookSecret.Create();
        WebhookSecret.TryParse(WebhookSecret.Format(secret), out var read).ShouldBeTrue();
        read.ShouldBe(secret);
    }

    [Theory]
    [InlineData("https://example.org/hook", null)]
    [InlineData("https://93.184.216.34/", null)]
    [InlineData("https://[2606:2800:220:1::1]/", null)]
    [InlineData("http://example.org/hook", "must be https")]
    [InlineData("http://localhost/", "must be https")]
    [InlineData("ftp://example.org/", "must be https")]
    [InlineData("/hook", "whole address")]
    [InlineData("", "whole address")]
    [InlineData("https://user:pass@example.org/", "user name")]
    [InlineData("https://example.org/#a", "fragment")]
    [InlineData("https://localhost/", "not a public address")]
    [InlineData("https://127.0.0.1/", "not a public address")]
    [InlineData("https://2130706433/", "not a public address")]
    [InlineData("https://0x7f.1/", "not a public address")]
    [InlineData("https://10.1.2.3/", "not a public address")]
    [InlineData("https://169.254.169.254/latest", "not a public address")]
    [InlineData("https://[::1]/", "not a public address")]
    [InlineData("https://[::ffff:10.0.0.1]/", "not a public address")]
    public void Check_Address_IsJudged(string url, string? problem)
    {
        var policy = new TargetPolicy(allowPrivate: false);

        var found = policy.Check(url, out var target);

        if (problem is null)
        {
            found.ShouldBeNull();
            target.ShouldNotBeNull();
        }
        else
        {
            found.ShouldNotBeNull().ShouldContain(problem);
        }
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("2001:4860:4860::8888", true)]
    [InlineData("::", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:192.168.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b::8.8.8.8", true)]
    [InlineData("2002:c0a8:0101::1", false)]
    [InlineData("2002:0808:0808::1", true)]
    [InlineData("::10.0.0.1", false)]
    public void IsPublic_Address_IsJudged(string address, bool isPublic) => TargetPolicy.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Fact]
    public async Task ConnectAsync_NameOfAPrivateAddress_IsRefused()
    {
        var policy = new TargetPolicy(allowPrivate: false);
        using var client = new WebhookClient(policy, TimeSpan.FromSeconds(10), 4, TimeProvider.System);

        var attempt = await client.SendAsync(new Uri("https://localhost:9/"), "msg_1", new byte[32], [], "application/json", CancellationToken.None);

        attempt.Delivered.ShouldBeFalse();
        attempt.Error.ShouldBe("'localhost' does not lead to a public address.");
    }
}
