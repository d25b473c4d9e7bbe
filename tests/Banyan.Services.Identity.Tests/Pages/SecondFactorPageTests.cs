using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Banyan.Services.Identity.SecondFactor;

namespace Banyan.Services.Identity.Tests.Pages;

/// <summary>Setting up an authenticator with a browser, without script.</summary>
public partial class SecondFactorPageTests
{
    private const string Page = "/identity/account/second-factor";

    [Fact]
    public async Task SecondFactor_SetUpAndRemovedByPages_IsAskedForInBetween()
    {
        await using var cell = await IdentityCell.StartAsync();
        var subject = await cell.RegisterAsync("amina@example.org");
        var amina = new Person(cell);
        using (var stranger = await amina.BrowseAsync(HttpMethod.Get, Page))
            stranger.Headers.Location!.OriginalString.ShouldStartWith("/identity/login?return=");
        await amina.BeginAsync("amina@example.org");

        using var form = await amina.BrowseAsync(HttpMethod.Get, Page);
        var hidden = Person.Hidden(await form.Content.ReadAsStringAsync());
        using (var wrong = await amina.BrowseAsync(HttpMethod.Post, Page, [.. hidden, ("password", "not the password")]))
            wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using (var foreign = await amina.BrowseAsync(HttpMethod.Post, Page, [("form_token", "form.another"), ("password", Person.Password)]))
            foreign.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var begun = await amina.BrowseAsync(HttpMethod.Post, Page, [.. hidden, ("password", Person.Password)]);
        var text = await begun.Content.ReadAsStringAsync();
        begun.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("default-src 'none'; style-src 'sha256-");
        text.ShouldNotContain("<script");
        text.ShouldNotContain("style=");
        var secret = Secret().Match(text).Groups[1].Value.Replace(" ", "");
        text.ShouldContain(QrPicture.Of($"otpauth://totp/kai?secret={secret}&issuer=kai").Text); // the picture says what the text says

        using (var refused = await amina.BrowseAsync(HttpMethod.Post, Page + "/confirm", [.. hidden, ("code", "000000")]))
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var on = await amina.BrowseAsync(HttpMethod.Post, Page + "/confirm", [.. hidden, ("code", Code(cell, secret))]);
        on.StatusCode.ShouldBe(HttpStatusCode.OK);
        Codes().Count(await on.Content.ReadAsStringAsync()).ShouldBe(10);
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.Accepted);
        (await cell.ScalarAsync<long>($"SELECT count(*) FROM identity.totp WHERE subject = '{subject}' AND confirmed_at IS NOT NULL")).ShouldBe(1);

        cell.Time.Advance(TimeSpan.FromSeconds(30));
        using var off = await amina.BrowseAsync(HttpMethod.Post, Page + "/remove", [.. hidden, ("code", Code(cell, secret))]);
        off.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await cell.PostAsync("/identity/v1/sessions", new { identifier = "amina@example.org", password = Person.Password }, HttpStatusCode.OK);
    }

    /// <summary>The modules that the path draws: the three finder patterns of ISO/IEC 18004, section 6.3.3, inside a quiet zone of four.</summary>
    [Fact]
    public void Picture_OfAnAddress_DrawsAQrCode()
    {
        var picture = QrPicture.Of("otpauth://totp/kai?secret=JBSWY3DPEHPK3PXP&issuer=kai").Text;
        var size = int.Parse(ViewBox().Match(picture).Groups[1].Value, CultureInfo.InvariantCulture);
        var dark = new bool[size, size];
        foreach (Match run in Run().Matches(picture[picture.IndexOf("#000", StringComparison.Ordinal)..]))
        {
            for (var i = 0; i < int.Parse(run.Groups[3].Value, CultureInfo.InvariantCulture); i++)
                dark[int.Parse(run.Groups[2].Value, CultureInfo.InvariantCulture), int.Parse(run.Groups[1].Value, CultureInfo.InvariantCulture) + i] = true;
        }

        ((size - 8 - 17) % 4).ShouldBe(0);
        foreach (var (top, left) in ((int, int)[])[(4, 4), (4, size - 11), (size - 11, 4)])
        {
            for (var y = 0; y < 7; y++)
            {
                for (var x = 0; x < 7; x++)
                    dark[top + y, left + x].ShouldBe(Math.Max(Math.Abs(y - 3), Math.Abs(x - 3)) != 2, $"{top}+{y}, {left}+{x}");
            }
        }

        for (var i = 0; i < size; i++)
        {
            for (var quiet = 0; quiet < 4; quiet++)
                (dark[i, quiet] || dark[quiet, i] || dark[i, size - 1 - quiet] || dark[size - 1 - quiet, i]).ShouldBeFalse();
        }
    }

    private static string Code(IdentityCell cell, string secret) => Totp.Code(Decode(secret), Totp.StepOf(cell.Time.GetUtcNow()), 6);

    private static byte[] Decode(string text)
    {
        var (bits, value, bytes) = (0, 0, new List<byte>());
        foreach (var letter in text)
        {
            (value, bits) = ((value << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter), bits + 5);
            if (bits < 8)
                continue;
            bytes.Add((byte)(value >> (bits - 8)));
            (bits, value) = (bits - 8, value & ((1 << (bits - 8)) - 1));
        }

        return [.. bytes];
    }

    [GeneratedRegex("Secret: <code>([A-Z2-7 ]+)</code>")]
    private static partial Regex Secret();

    [GeneratedRegex("<li><code>")]
    private static partial Regex Codes();

    [GeneratedRegex("viewBox=\"0 0 ([0-9]+) ")]
    private static partial Regex ViewBox();

    [GeneratedRegex("M([0-9]+) ([0-9]+)h([0-9]+)v1")]
    private static partial Regex Run();
}
