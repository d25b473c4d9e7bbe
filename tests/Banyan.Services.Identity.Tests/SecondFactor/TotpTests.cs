using System.Net;
using System.Text;
using Banyan.Services.Identity.SecondFactor;

namespace Banyan.Services.Identity.Tests.SecondFactor;

public class TotpTests
{
    private static readonly byte[] Rfc = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B, SHA-1.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void Code_VectorsOfTheStandard_AreMet(long seconds, string code) => Totp.Code(Rfc, Totp.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds)), 8).ShouldBe(code);

    [Fact]
    public void Match_OneStepEitherWay_IsTaken_TwoAreNot_AndNoneTwice()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_234_567_890);
        var step = Totp.StepOf(now);
        for (var off = -3; off <= 3; off++)
            Totp.Match(Rfc, Totp.Code(Rfc, step + off), now, 0).ShouldBe(Math.Abs(off) <= 1 ? step + off : null, $"{off}");
        Totp.Match(Rfc, Totp.Code(Rfc, step), now, step).ShouldBeNull();
        Totp.Match(Rfc, Totp.Code(Rfc, step - 1), now, step).ShouldBeNull();
        Totp.Match(Rfc, "", now, 0).ShouldBeNull();
        Totp.Match(Rfc, "١٢٣٤٥٦", now, 0).ShouldBeNull();
    }

    /// <summary>RFC 4648, section 10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_VectorsOfTheStandard_AreMet(string text, string encoded) => Base32.Encode(Encoding.ASCII.GetBytes(text)).ShouldBe(encoded);

    [Fact]
    public async Task Login_WithSecondFactor_NeedsACodeThatIsTakenOnce()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor", new { password = "not the password" }, HttpStatusCode.Unauthorized);
        var secret = await BeginAsync(amina);
        await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/confirm", new { code = "000000" }, HttpStatusCode.UnprocessableEntity);
        var recovery = (await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/confirm", new { code = Code(cell, secret) }, HttpStatusCode.OK)).GetProperty("codes").EnumerateArray().Select(c => c.GetString()!).ToList();
        recovery.Distinct().Count().ShouldBe(10);

        var browser = new Person(cell);
        var challenge = await ChallengeAsync(cell);
        await cell.PostAsync("/identity/v1/sessions/second-factor", new { challenge, code = Code(cell, secret) }, HttpStatusCode.Unauthorized); // taken when it was confirmed
        cell.Time.Advance(TimeSpan.FromSeconds(30));
        (await browser.ContinueAsync(challenge, Code(cell, secret))).GetProperty("acr").GetString().ShouldBe("aal2");
        await browser.LetInAsync("openid *");
        browser.Claims.GetProperty("acr").GetString().ShouldBe("aal2");
        await cell.PostAsync("/identity/v1/sessions/second-factor", new { challenge = await ChallengeAsync(cell), code = Code(cell, secret) }, HttpStatusCode.Unauthorized);

        await new Person(cell).ContinueAsync(await ChallengeAsync(cell), recovery[3].ToLowerInvariant());
        await cell.PostAsync("/identity/v1/sessions/second-factor", new { challenge = await ChallengeAsync(cell), code = recovery[3] }, HttpStatusCode.Unauthorized);
        await new Person(cell).ContinueAsync(await ChallengeAsync(cell), recovery[4]);
    }

    [Fact]
    public async Task Codes_Guessed_LockTheAddress()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        var secret = await BeginAsync(amina);
        await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/confirm", new { code = Code(cell, secret) }, HttpStatusCode.OK);
        for (var i = 0; i < 5; i++)
            await cell.PostAsync("/identity/v1/sessions/second-factor", new { challenge = await ChallengeAsync(cell), code = "123" }, HttpStatusCode.Unauthorized);

        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.TooManyRequests);
        for (var i = 0; i < 5; i++)
            await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/remove", new { code = "123" }, HttpStatusCode.UnprocessableEntity);
        await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/remove", new { code = "123" }, HttpStatusCode.TooManyRequests);
        cell.Time.Advance(TimeSpan.FromSeconds(40));
        await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor/remove", new { code = Code(cell, secret) }, HttpStatusCode.NoContent);
        await new Person(cell).BeginAsync("amina@example.org");
    }

    private static async Task<byte[]> BeginAsync(Person amina)
    {
        var begun = await amina.SendAsync(HttpMethod.Post, "/identity/v1/second-factor", new { password = Person.Password }, HttpStatusCode.OK);
        var text = begun.GetProperty("secret").GetString()!;
        begun.GetProperty("uri").GetString().ShouldBe($"otpauth://totp/kai?secret={text}&issuer=kai");
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(text.Select(c => Convert.ToString(Alphabet.IndexOf(c), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }

    private static string Code(IdentityCell cell, byte[] secret) => Totp.Code(secret, Totp.StepOf(cell.Time.GetUtcNow()));

    private static async Task<string> ChallengeAsync(IdentityCell cell) =>
        (await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Accepted)).GetProperty("challenge").GetString()!;
}
