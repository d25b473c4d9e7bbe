using System.Net;

namespace Banyan.Services.Identity.Tests;

/// <summary>From nobody to a token, as docs/identity.md walks.</summary>
public class WalkTests
{
    [Fact]
    public async Task Walk_RegistrationToToken_SaysWhoThePersonIs()
    {
        await using var cell = await IdentityCell.StartAsync();
        var subject = await cell.RegisterAsync("amina@example.org", name: "Amina Wanjiru");
        subject.ShouldMatch("^east\\.[A-Za-z0-9_-]{22}$");

        var amina = new Person(cell);
        (await amina.BeginAsync("  Amina@Example.org ")).GetProperty("acr").GetString().ShouldBe("aal1");
        var tokens = await amina.LetInAsync("openid profile email offline_access *");

        var access = await cell.VerifyAsync(amina.Access);
        access.GetProperty("iss").GetString().ShouldBe("https://kai.example");
        access.GetProperty("aud").GetString().ShouldBe("urn:banyan:kai");
        access.GetProperty("sub").GetString().ShouldBe(subject);
        access.GetProperty("home").GetString().ShouldBe("east");
        access.GetProperty("kind").GetString().ShouldBe("resident");
        access.GetProperty("acr").GetString().ShouldBe("aal1");
        access.GetProperty("verification").GetInt32().ShouldBe(1);
        access.GetProperty("roles").GetArrayLength().ShouldBe(0);
        access.GetProperty("scope").GetString().ShouldBe("openid profile email offline_access *");
        access.GetProperty("client_id").GetString().ShouldBe("banyan");
        (access.GetProperty("exp").GetInt64() - access.GetProperty("iat").GetInt64()).ShouldBe(300);
        var id = await cell.VerifyAsync(tokens.GetProperty("id_token").GetString()!);
        id.GetProperty("aud").GetString().ShouldBe("banyan");
        id.GetProperty("nonce").GetString().ShouldBe("n-1");
        id.GetProperty("sid").GetString().ShouldBe(amina.Session);

        var info = await amina.GetAsync("/identity/oauth/userinfo");
        info.GetProperty("sub").GetString().ShouldBe(subject);
        info.GetProperty("name").GetString().ShouldBe("Amina Wanjiru");
        info.GetProperty("email").GetString().ShouldBe("amina@example.org");
        info.GetProperty("email_verified").GetBoolean().ShouldBeTrue();
        info.TryGetProperty("phone_number", out _).ShouldBeFalse();
        (await amina.GetAsync("/identity/v1/accounts/me")).GetProperty("name").GetString().ShouldBe("Amina Wanjiru");
    }

    [Fact]
    public async Task Discovery_Document_NamesEndpointsThatAnswer()
    {
        await using var cell = await IdentityCell.StartAsync();

        var document = await cell.GetAsync("/.well-known/openid-configuration");

        document.GetProperty("issuer").GetString().ShouldBe("https://kai.example");
        document.GetProperty("code_challenge_methods_supported").EnumerateArray().Select(m => m.GetString()).ShouldBe(["S256"]);
        foreach (var name in new[] { "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "revocation_endpoint", "introspection_endpoint", "end_session_endpoint" })
        {
            var address = new Uri(document.GetProperty(name).GetString()!);
            address.GetLeftPart(UriPartial.Authority).ShouldBe("https://kai.example");
            using var response = await cell.Client.GetAsync(address.AbsolutePath);
            response.StatusCode.ShouldNotBe(HttpStatusCode.NotFound, name);
        }
    }

    [Fact]
    public async Task Rows_OfAPerson_HoldNothingPersonalInTheClear()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("amina.secret@example.org", name: "Wanjiru-Unmistakable");
        await Person.LoginAsync(cell, "amina.secret@example.org");

        var tables = new List<string>();
        await using (var command = cell.Database.CreateCommand("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_schema IN ('identity', 'journal')"))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }

        tables.Count.ShouldBeGreaterThan(15);
        foreach (var table in tables)
        {
            var rows = await cell.ScalarAsync<string>($"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t");
            foreach (var secret in new[] { "amina.secret", "Unmistakable", Person.Password })
            {
                rows.ShouldNotContain(secret, Case.Insensitive, table);
                rows.ShouldNotContain(Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(secret)), Case.Insensitive, table);
            }
        }
    }
}
