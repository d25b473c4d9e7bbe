using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>Who gets in: by token, by key, by nothing; and what is said to who does not.</summary>
public sealed class EnforcementTests(AccessCellFixture fixture) : IClassFixture<AccessCellFixture>
{
    private AccessCell Cell => fixture.Cell;

    [Fact]
    public async Task Open_WithoutCredential_Answers()
    {
        var answer = (await Cell.GetAsync("/notes/v1/open")).ShouldBe(200);
        answer.Text.ShouldBe("Anonymous ");
    }

    [Fact]
    public async Task Guarded_WithoutCredential_401WithChallengeAndRule()
    {
        var answer = (await Cell.GetAsync("/notes/v1/notes")).ShouldBe(401, "unauthenticated");
        answer.Header("WWW-Authenticate").ShouldBe("Bearer realm=\"banyan\"");
        answer.Rule.ShouldBe("default-deny");
    }

    [Fact]
    public async Task Guarded_TokenWithRole_Answers()
    {
        var token = Cell.North.Token(("kind", "staff"), ("roles", new[] { "reader" }));
        for (var i = 0; i < 3; i++)
            (await Cell.GetAsync("/notes/v1/notes", token)).ShouldBe(200).Text.ShouldBe("Staff north.resident0000000000001");
    }

    [Fact]
    public async Task Guarded_TokenWithoutRole_403NamesTheRule()
    {
        var answer = (await Cell.GetAsync("/notes/v1/notes", Cell.North.Token())).ShouldBe(403, "forbidden");
        answer.Rule.ShouldBe("default-deny");
        answer.Header("WWW-Authenticate").ShouldBeNull();
    }

    [Fact]
    public async Task Guarded_ScopeOfTheTokenTooNarrow_403()
    {
        var answer = (await Cell.GetAsync("/notes/v1/notes", Cell.North.Token(("roles", new[] { "officer" }), ("scope", "openid notes.notes.write")))).ShouldBe(403, "forbidden");
        answer.Rule.ShouldBe("scope");
        answer.Header("WWW-Authenticate")!.ShouldContain("insufficient_scope");
    }

    [Theory]
    [InlineData("Bearer {0}")]
    [InlineData("bearer {0}")]
    [InlineData("Token {0}")]
    public async Task ApiKey_InAuthorization_Answers(string form)
    {
        var key = await Cell.ApiKeyAsync("forms");
        (await Cell.GetAsync("/notes/v1/notes", string.Format(form, key))).ShouldBe(200).Text.ShouldBe("Machine north.machine-forms");
    }

    [Fact]
    public async Task ApiKey_InItsHeader_Answers()
    {
        var key = await Cell.ApiKeyAsync("header");
        (await Cell.GetAsync("/notes/v1/notes", null, ("X-Api-Key", key))).ShouldBe(200);
    }

    [Fact]
    public async Task ApiKey_ScopedToAnotherAction_403()
    {
        var key = await Cell.ApiKeyAsync("scoped", roles: ["officer"], scopes: ["notes.notes.write"]);
        (await Cell.GetAsync("/notes/v1/notes", key)).ShouldBe(403, "forbidden").Rule.ShouldBe("scope");
    }

    [Fact]
    public async Task ApiKey_Withdrawn_401AtOnce()
    {
        var key = await Cell.ApiKeyAsync("withdrawn");
        (await Cell.GetAsync("/notes/v1/notes", key)).ShouldBe(200);

        await Cell.Directory.WithdrawApiKeyAsync("withdrawn", CancellationToken.None);

        (await Cell.GetAsync("/notes/v1/notes", key)).ShouldBe(401, "unauthenticated");
    }

    [Fact]
    public async Task ApiKey_ItsTimeOver_401()
    {
        var key = await Cell.ApiKeyAsync("over", expires: DateTimeOffset.UtcNow.AddMinutes(-1));
        (await Cell.GetAsync("/notes/v1/notes", key)).ShouldBe(401, "unauthenticated");
    }

    [Fact]
    public async Task Open_BadToken_401ToldInsteadOfTakenForNobody()
    {
        var answer = (await Cell.GetAsync("/notes/v1/open", "not.a.token")).ShouldBe(401, "unauthenticated");
        answer.Header("WWW-Authenticate")!.ShouldContain("error=\"invalid_token\"");
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Digest x")]
    [InlineData("Bearer ")]
    public async Task Credential_OfAnotherKind_401(string authorization) => (await Cell.GetAsync("/notes/v1/open", authorization)).ShouldBe(401, "unauthenticated");

    [Fact]
    public async Task Credential_Two_400()
    {
        var key = await Cell.ApiKeyAsync("two");
        (await Cell.GetAsync("/notes/v1/notes", Cell.North.Token(), ("X-Api-Key", key))).ShouldBe(400, "bad-request");
    }

    [Fact]
    public async Task Token_InTheQuery_IsNone() => (await Cell.GetAsync($"/notes/v1/notes?access_token={Cell.North.Token(("roles", new[] { "reader" }))}")).ShouldBe(401, "unauthenticated");

    [Theory]
    [InlineData("/notes/v1/forgotten")]
    [InlineData("/cell/v1/journal")]
    public async Task Endpoint_ThatSaysNothing_IsRefusedToAdministratorsToo(string path)
    {
        (await Cell.GetAsync(path)).ShouldBe(401);
        if (path.StartsWith("/notes", StringComparison.Ordinal))
            (await Cell.GetAsync(path, Cell.North.Token(("kind", "staff"), ("roles", new[] { "administrator" })))).ShouldBe(403, "forbidden");
        (await Cell.GetAsync(path, Cell.North.Token(("kind", "staff"), ("roles", new[] { "officer" })))).ShouldBe(403, "forbidden");
    }

    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/metrics", 401)]
    [InlineData("/cell/v1/status", 401)]
    [InlineData("/journal/v1/stranded", 401)]
    [InlineData("/journal/v1/head", 401)]
    [InlineData("/nothing/here", 404)]
    public async Task CellsOwn_WithoutCredential_OnlyProbesAnswer(string path, int status) => (await Cell.GetAsync(path)).Status.ShouldBe(status);

    [Fact]
    public async Task Method_ThatThereIsNot_405AsEver() => (await Cell.SendAsync(HttpMethod.Delete, "/notes/v1/notes")).ShouldBe(405, "method-not-allowed");

    [Fact]
    public async Task Answer_Any_HasSecurityHeaders()
    {
        foreach (var path in new[] { "/notes/v1/open", "/notes/v1/notes", "/nothing" })
        {
            var answer = await Cell.GetAsync(path);
            answer.Header("X-Content-Type-Options").ShouldBe("nosniff");
            answer.Header("Content-Security-Policy").ShouldBe("default-src 'none'; frame-ancestors 'none'");
            answer.Header("Referrer-Policy").ShouldBe("no-referrer");
            answer.Header("Cross-Origin-Resource-Policy").ShouldBe("same-origin");
            answer.Header("Strict-Transport-Security").ShouldBeNull();
        }
    }

    [Fact]
    public async Task Cors_AllowedOrigin_MayReadAnswersAndErrors()
    {
        foreach (var path in new[] { "/notes/v1/open", "/notes/v1/notes" })
        {
            var answer = await Cell.GetAsync(path, null, ("Origin", "https://portal.test.example"));
            answer.Header("Access-Control-Allow-Origin").ShouldBe("https://portal.test.example");
            answer.Header("Vary").ShouldBe("Origin");
            answer.Header("Access-Control-Allow-Credentials").ShouldBeNull();
        }
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://portal.test.example.evil.example")]
    [InlineData("http://portal.test.example")]
    public async Task Cors_OtherOrigin_MayNot(string origin)
    {
        (await Cell.GetAsync("/notes/v1/open", null, ("Origin", origin))).Header("Access-Control-Allow-Origin").ShouldBeNull();
        var preflight = await Cell.SendAsync(HttpMethod.Options, "/notes/v1/notes", null, null, ("Origin", origin), ("Access-Control-Request-Method", "POST"));
        preflight.ShouldBe(403, "forbidden").Header("Access-Control-Allow-Origin").ShouldBeNull();
    }

    [Fact]
    public async Task Cors_PreflightOfAllowedOrigin_IsAnsweredByTheGateway()
    {
        var answer = await Cell.SendAsync(HttpMethod.Options, "/notes/v1/notes", null, null, ("Origin", "https://portal.test.example"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
        answer.ShouldBe(204);
        answer.Header("Access-Control-Allow-Methods")!.ShouldContain("POST");
        answer.Header("Access-Control-Allow-Headers")!.ShouldContain("Authorization");
        answer.Header("Access-Control-Max-Age").ShouldBe("600");
    }

    [Fact]
    public async Task Platform_ByItsCertificate_MayReadTheJournal()
    {
        await using var cell = await AccessCell.StartAsync(o => o with { PeerOf = _ => Banyan.Cells.Access.Peer.Process });
        (await cell.GetAsync("/cell/v1/journal")).Status.ShouldBe(200);
        (await cell.GetAsync("/notes/v1/forgotten")).ShouldBe(200).Text.ShouldBe("Platform platform");
        (await cell.GetAsync("/metrics")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Cell_ForItself_HasWhatIsForCellsAndNothingElse()
    {
        await using var cell = await AccessCell.StartAsync(o => o with { PeerOf = _ => Banyan.Cells.Access.Peer.Cell });
        (await cell.GetAsync("/notes/v1/for-cells")).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/for-cells", null, ("X-Forwarded-For", "198.51.100.7"))).ShouldBe(401); // for somebody who is none
        (await cell.GetAsync("/notes/v1/forgotten")).ShouldBe(401);
        (await cell.GetAsync("/cell/v1/journal")).ShouldBe(401);
    }

    [Fact]
    public async Task Stranger_AsksForWhatIsForCells_IsRefused()
    {
        await using var cell = await AccessCell.StartAsync();
        (await cell.GetAsync("/notes/v1/for-cells")).ShouldBe(401);
    }

    [Fact]
    public async Task FrontDoor_ForItself_IsThePlatform_ForAnother_IsNot()
    {
        await using var cell = await AccessCell.StartAsync(o => o with { PeerOf = _ => Banyan.Cells.Access.Peer.FrontDoor });
        (await cell.GetAsync("/notes/v1/forgotten")).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/forgotten", null, ("X-Forwarded-For", "198.51.100.7"))).ShouldBe(401);
        (await cell.GetAsync("/notes/v1/forgotten", null, ("Via", "1.1 banyan"))).ShouldBe(401);
        (await cell.GetAsync("/notes/v1/forgotten", null, ("Forwarded", "for=198.51.100.7"))).ShouldBe(401);
    }
}
