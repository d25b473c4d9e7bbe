using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>What an attacker could send in the place of an authenticator's answer. All of it is refused alike.</summary>
public sealed class PasskeyAttackTests : IAsyncLifetime
{
    private const string Amina = "amina@example.org";
    private readonly SoftAuthenticator _device = new();
    private IdentityCell _cell = null!;
    private Person _amina = null!;

    public async ValueTask InitializeAsync()
    {
        _cell = await IdentityCell.StartAsync();
        await _cell.RegisterAsync(Amina);
        _amina = await Person.LoginAsync(_cell, Amina);
        await Ceremony.MakeAsync(_amina, _device);
    }

    public ValueTask DisposeAsync()
    {
        _device.Dispose();
        return _cell.DisposeAsync();
    }

    public static TheoryData<string> AtALogin => [.. Changes.Keys];

    private static readonly Dictionary<string, Action<SoftAuthenticator>> Changes = new()
    {
        ["another origin"] = static d => d.Origin = "https://kai.example.evil.example",
        ["an origin that begins alike"] = static d => d.Origin = "https://kai.example.",
        ["plain http"] = static d => d.Origin = "http://kai.example",
        ["another port"] = static d => d.Origin = "https://kai.example:8443",
        ["a name below that is none of ours"] = static d => d.Origin = "https://pages.kai.example",
        ["another RP ID"] = static d => d.Domain = "evil.example",
        ["a page inside another site's"] = static d => d.CrossOrigin = true,
        ["a top origin"] = static d => (d.CrossOrigin, d.TopOrigin) = (true, "https://evil.example"),
        ["a top origin that says it is none"] = static d => d.TopOrigin = "https://evil.example",
        ["nobody verified"] = static d => d.IsVerified = false,
        ["nobody present"] = static d => d.IsPresent = false,
        ["an answer to the making of one"] = static d => d.Type = "webauthn.create",
        ["another challenge"] = static d => d.Challenge = new byte[32],
        ["no challenge"] = static d => d.Challenge = [],
        ["a signature changed"] = static d => d.Signature = static s => [.. s[..^1], (byte)(s[^1] ^ 1)],
        ["a signature of another key"] = static d =>
        {
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var forged = other.SignData(new byte[69], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            d.Signature = _ => forged;
        },
        ["a signature that is none"] = static d => d.Signature = static _ => [0],
        ["a flag for backups that was not there"] = static d => (d.IsBackupEligible, d.IsBackedUp) = (false, false),
        ["backed up and not eligible"] = static d => d.IsBackupEligible = false,
        ["another's handle"] = static d => d.Handle = "east." + new string('A', 22),
        ["a handle of nowhere"] = static d => d.Handle = "atlantis." + new string('A', 22),
        ["no handle"] = static d => d.SaysHandle = false,
        ["a credential that nobody has"] = static d => d.Credential = new byte[32],
        ["the shortest credential"] = static d => d.Credential = [1],
        ["the longest credential"] = static d => d.Credential = new byte[1023],
    };

    [Theory]
    [MemberData(nameof(AtALogin))]
    public async Task Login_WithAnAnswerThatIsNotRight_IsRefusedLikeAnyOther(string attack)
    {
        var asked = await Ceremony.AskAsync(_amina);
        var handle = _device.Handle;
        Changes[attack](_device);
        var refused = await Ceremony.AnswerAsync(_amina, asked.GetProperty("ceremony").GetString(), _device.Use(asked.GetProperty("options")), HttpStatusCode.Unauthorized);

        // The words are those for a passkey that nobody has; nobody is logged in, and the passkey is as it was.
        using var stranger = new SoftAuthenticator { Handle = handle };
        Ceremony.Words(await Ceremony.LoginAsync(_amina, stranger, HttpStatusCode.Unauthorized)).ShouldBe(Ceremony.Words(refused));
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.sessions WHERE assurance = 2")).ShouldBe(0);
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.passkeys WHERE used_at IS NULL AND suspect_at IS NULL")).ShouldBe(1);
        await IdentityCell.UntilAsync(async () => await _cell.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE type = 'banyan.identity.login.failed.v1' AND data::jsonb ->> 'step' = 'passkey'") == 2, "the journal has both");
    }

    [Fact]
    public async Task Login_SameAnswerAgain_IsTakenOnce()
    {
        var asked = await Ceremony.AskAsync(_amina);
        var ceremony = asked.GetProperty("ceremony").GetString();
        var answer = _device.Use(asked.GetProperty("options"));
        await Ceremony.AnswerAsync(_amina, ceremony, answer.DeepClone().AsObject());
        await Ceremony.AnswerAsync(_amina, ceremony, answer.DeepClone().AsObject(), HttpStatusCode.Unauthorized);
        await Ceremony.AnswerAsync(_amina, ceremony, _device.Use(asked.GetProperty("options")), HttpStatusCode.Unauthorized); // another signature of the same challenge
        await _cell.StartAgainAsync(); // by another process of the cell as well
        await Ceremony.AnswerAsync(_amina, ceremony, answer, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_SameAnswerManyTimesAtOnce_IsTakenOnce()
    {
        var asked = await Ceremony.AskAsync(_amina);
        var body = new { ceremony = asked.GetProperty("ceremony").GetString(), credential = _device.Use(asked.GetProperty("options")) };
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var one = new Person(_cell);
            foreach (var (name, value) in _amina.Cookies)
                one.Cookies[name] = value;
            using var response = await one.PostJsonAsync("/identity/v1/sessions/passkey", body);
            return response.StatusCode;
        }));
        answers.Count(a => a == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(a => a == HttpStatusCode.Unauthorized).ShouldBe(11);
    }

    [Fact]
    public async Task Login_ChallengeThatAWrongAnswerUsedUp_IsNotTakenAgain()
    {
        var asked = await Ceremony.AskAsync(_amina);
        var ceremony = asked.GetProperty("ceremony").GetString();
        _device.IsVerified = false;
        await Ceremony.AnswerAsync(_amina, ceremony, _device.Use(asked.GetProperty("options")), HttpStatusCode.Unauthorized);
        _device.IsVerified = true;
        await Ceremony.AnswerAsync(_amina, ceremony, _device.Use(asked.GetProperty("options")), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_AfterFiveMinutes_IsRefused_AndJustBeforeIsNot()
    {
        var (late, early) = (await Ceremony.AskAsync(_amina), await Ceremony.AskAsync(_amina));
        _cell.Time.Advance(TimeSpan.FromSeconds(295));
        await Ceremony.AnswerAsync(_amina, early.GetProperty("ceremony").GetString(), _device.Use(early.GetProperty("options")));
        _cell.Time.Advance(TimeSpan.FromSeconds(6));
        await Ceremony.AnswerAsync(_amina, late.GetProperty("ceremony").GetString(), _device.Use(late.GetProperty("options")), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_WithACeremonyOfAnotherBrowser_IsRefused()
    {
        // An attacker begins, and has the victim's browser bring the victim's own answer to it; or the other way round.
        var attacker = new Person(_cell);
        var asked = await Ceremony.AskAsync(attacker);
        await Ceremony.AskAsync(_amina); // she has a cookie, of her own
        await Ceremony.AnswerAsync(_amina, asked.GetProperty("ceremony").GetString(), _device.Use(asked.GetProperty("options")), HttpStatusCode.Unauthorized);
        await Ceremony.AnswerAsync(new Person(_cell), asked.GetProperty("ceremony").GetString(), _device.Use(asked.GetProperty("options")), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Ceremony_ChangedOrOfAnotherPurpose_IsRefused()
    {
        var asked = await Ceremony.AskAsync(_amina);
        var ceremony = asked.GetProperty("ceremony").GetString()!;
        var (payload, proof) = (ceremony.Split('.')[0], ceremony.Split('.')[1]);
        var later = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(payload))!;
        later["until"] = "2099-01-01T00:00:00+00:00";
        string[] forged =
        [
            "", ".", "x", payload, payload + ".", $"{payload}.AAAA", $".{proof}", $"{payload}.{proof}.{proof}", $"{payload}A.{proof}", $"{payload}.{proof}=x",
            $"{System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(later.ToJsonString()))}.{proof}",
            (await Ceremony.AskToMakeAsync(_amina)).GetProperty("ceremony").GetString()!,
        ];
        foreach (var one in forged)
        {
            using var response = await _amina.PostJsonAsync("/identity/v1/sessions/passkey", new { ceremony = one, credential = _device.Use(asked.GetProperty("options")) });
            response.StatusCode.ShouldBe(one.Length == 0 ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.Unauthorized, one);
        }

        await Ceremony.AnswerAsync(_amina, ceremony, _device.Use(asked.GetProperty("options"))); // none of them used it up
    }

    [Fact]
    public async Task Login_WithAnotherResidentsPasskey_IsThatResident_NeverAnother()
    {
        await _cell.RegisterAsync("ben@example.org");
        var ben = await Person.LoginAsync(_cell, "ben@example.org");
        using var bens = new SoftAuthenticator();
        await Ceremony.MakeAsync(ben, bens);
        (await Ceremony.LoginAsync(_amina, bens)).GetProperty("subject").GetString().ShouldBe(ben.Subject);

        bens.Handle = _device.Handle; // Ben's key, and "I am Amina"
        await Ceremony.LoginAsync(_amina, bens, HttpStatusCode.Unauthorized);
        bens.Credential = _device.Credential;
        await Ceremony.LoginAsync(_amina, bens, HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(7u, 6u)]
    [InlineData(7u, 7u)]
    [InlineData(7u, 0u)]
    public async Task Login_CounterThatDoesNotGrow_IsRefusedAndShown(uint before, uint after)
    {
        using var counting = new SoftAuthenticator { IsBackupEligible = false, IsBackedUp = false, Counter = 3 };
        var id = await Ceremony.MakeAsync(_amina, counting);
        counting.Counter = before;
        await Ceremony.LoginAsync(new Person(_cell), counting);

        counting.Counter = after;
        await Ceremony.LoginAsync(new Person(_cell), counting, HttpStatusCode.Unauthorized);

        var shown = (await _amina.GetAsync("/identity/v1/passkeys")).GetProperty("passkeys").EnumerateArray().Single(p => p.GetProperty("id").GetString() == id);
        shown.GetProperty("suspect_at").GetDateTimeOffset().ShouldBe(IdentityCell.Start, TimeSpan.FromMinutes(1));
        await IdentityCell.UntilAsync(async () => await _cell.ScalarAsync<long>($"SELECT count(*) FROM journal.entry WHERE type = 'banyan.identity.passkey.counter-back.v1' AND subject = '{_amina.Subject}'") == 1, "the journal has it");
        counting.Counter = before + 1; // a sign of a copy, no proof: the one that is ahead goes on
        await Ceremony.LoginAsync(new Person(_cell), counting);
    }

    public static TheoryData<string> AtTheMaking => [.. Makings.Keys];

    private static readonly Dictionary<string, Action<SoftAuthenticator>> Makings = new()
    {
        ["another origin"] = static d => d.Origin = "https://evil.example",
        ["another RP ID"] = static d => d.Domain = "evil.example",
        ["a page inside another site's"] = static d => d.CrossOrigin = true,
        ["nobody verified"] = static d => d.IsVerified = false,
        ["nobody present"] = static d => d.IsPresent = false,
        ["an answer to a login"] = static d => d.Type = "webauthn.get",
        ["another challenge"] = static d => d.Challenge = new byte[32],
        ["an algorithm that was not asked for"] = static d => d.Algorithm = -35,
        ["an algorithm that nobody knows"] = static d => d.Algorithm = 4711,
        ["backed up and not eligible"] = static d => d.IsBackupEligible = false,
    };

    [Theory]
    [MemberData(nameof(AtTheMaking))]
    public async Task Make_WithAnAnswerThatIsNotRight_IsRefused(string attack)
    {
        using var device = new SoftAuthenticator();
        Makings[attack](device);
        var asked = await Ceremony.AskToMakeAsync(_amina);
        (await Ceremony.MadeAsync(_amina, asked, device.Make(asked.GetProperty("options")), expected: HttpStatusCode.UnprocessableEntity)).GetProperty("type").GetString().ShouldBe("urn:banyan:problem:passkey-refused");
        (await _cell.ScalarAsync<long>("SELECT count(*) FROM identity.passkeys")).ShouldBe(1);
    }

    [Fact]
    public async Task Make_CredentialThatIsThere_IsRefused_WhoeverHasIt()
    {
        var asked = await Ceremony.AskToMakeAsync(_amina);
        var made = _device.Make(asked.GetProperty("options"));
        await Ceremony.MadeAsync(_amina, asked, made, expected: HttpStatusCode.UnprocessableEntity);

        await _cell.RegisterAsync("ben@example.org");
        var ben = await Person.LoginAsync(_cell, "ben@example.org");
        using var thief = new SoftAuthenticator { Credential = _device.Credential };
        asked = await Ceremony.AskToMakeAsync(ben);
        await Ceremony.MadeAsync(ben, asked, thief.Make(asked.GetProperty("options")), expected: HttpStatusCode.UnprocessableEntity);
        (await _cell.ScalarAsync<string>("SELECT subject FROM identity.passkeys")).ShouldBe(_amina.Subject);
        asked = await Ceremony.AskAsync(_amina);
        await Ceremony.LoginAsync(_amina, _device);
    }

    [Fact]
    public async Task Make_SameAnswerTwice_OrByAnotherSession_OrTooLate_IsRefused()
    {
        using var device = new SoftAuthenticator();
        var asked = await Ceremony.AskToMakeAsync(_amina);
        var again = new Person(_cell);
        await again.BeginAsync(Amina);
        await again.LetInAsync("openid *");
        await Ceremony.MadeAsync(again, asked, device.Make(asked.GetProperty("options")), expected: HttpStatusCode.UnprocessableEntity);
        var late = await Ceremony.AskToMakeAsync(_amina);
        var id = (await Ceremony.MadeAsync(_amina, asked, device.Make(asked.GetProperty("options")))).GetProperty("id").GetString();
        await _amina.SendAsync(HttpMethod.Post, $"/identity/v1/passkeys/{id}/remove", new { password = Person.Password }, HttpStatusCode.NoContent);
        await Ceremony.MadeAsync(_amina, asked, device.Make(asked.GetProperty("options")), expected: HttpStatusCode.UnprocessableEntity);

        _cell.Time.Advance(TimeSpan.FromSeconds(299));
        _amina.Take(await _cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, null, ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", _amina.Refresh!)));
        _cell.Time.Advance(TimeSpan.FromSeconds(2));
        await Ceremony.MadeAsync(_amina, late, device.Make(late.GetProperty("options")), expected: HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Requests_OversizedOrMalformed_AreRefusedBeforeTheCeremony()
    {
        var asked = await Ceremony.AskAsync(_amina);
        var (ceremony, right) = (asked.GetProperty("ceremony").GetString(), _device.Use(asked.GetProperty("options")));
        foreach (var (member, value, status) in ((string, JsonNode?, HttpStatusCode)[])
        [
            ("id", new string('A', 1_365), HttpStatusCode.UnprocessableEntity), ("id", 7, HttpStatusCode.UnprocessableEntity), ("id", "not base64!", HttpStatusCode.Unauthorized), ("type", "password", HttpStatusCode.UnprocessableEntity),
            ("response", new JsonObject(), HttpStatusCode.UnprocessableEntity), ("response", new JsonArray(), HttpStatusCode.UnprocessableEntity), ("response", new string('A', 20_000), HttpStatusCode.RequestEntityTooLarge),
        ])
        {
            var wrong = right.DeepClone().AsObject();
            wrong[member] = value;
            using var response = await _amina.PostJsonAsync("/identity/v1/sessions/passkey", new { ceremony, credential = wrong });
            response.StatusCode.ShouldBe(status, $"{member} {value?.ToJsonString()[..Math.Min(40, value.ToJsonString().Length)]}");
            if (status == HttpStatusCode.Unauthorized)
                ceremony = (asked = await Ceremony.AskAsync(_amina)).GetProperty("ceremony").GetString();
        }

        // Nonsense where CBOR and JSON should be.
        foreach (var (member, bytes) in ((string, byte[])[])[("clientDataJSON", "{"u8.ToArray()), ("clientDataJSON", "null"u8.ToArray()), ("authenticatorData", new byte[36]), ("authenticatorData", new byte[5_000]), ("signature", new byte[5_000])])
        {
            asked = await Ceremony.AskAsync(_amina);
            var wrong = _device.Use(asked.GetProperty("options"));
            wrong["response"]![member] = System.Buffers.Text.Base64Url.EncodeToString(bytes);
            await Ceremony.AnswerAsync(_amina, asked.GetProperty("ceremony").GetString(), wrong, HttpStatusCode.Unauthorized);
        }

        foreach (var bytes in (byte[][])[[0xff], [0xa3, 0x63], new byte[4_000], [0xbf, 0xff]])
        {
            asked = await Ceremony.AskToMakeAsync(_amina);
            using var device = new SoftAuthenticator();
            var wrong = device.Make(asked.GetProperty("options"));
            wrong["response"]!["attestationObject"] = System.Buffers.Text.Base64Url.EncodeToString(bytes);
            await Ceremony.MadeAsync(_amina, asked, wrong, expected: HttpStatusCode.UnprocessableEntity);
        }
    }
}
