using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>Somebody else's: another resident's things, another region's staff, another caller's answers.</summary>
public sealed class OthersThingsTests(AccessCellFixture fixture) : IClassFixture<AccessCellFixture>
{
    private AccessCell Cell => fixture.Cell;

    [Fact]
    public async Task OwnThings_InThePath_AreShown() => (await Cell.GetAsync("/notes/v1/of/north.ada", Cell.North.Token(("sub", "north.ada")))).ShouldBe(200);

    [Theory]
    [InlineData("north.bob")]
    [InlineData("north.ADA")]
    [InlineData("north.ada%20")]
    [InlineData("south.ada")]
    [InlineData("*")]
    public async Task AnotherResidentsThings_InThePath_403(string owner)
    {
        var answer = (await Cell.GetAsync("/notes/v1/of/" + owner, Cell.North.Token(("sub", "north.ada"), ("scope", "*")))).ShouldBe(403, "forbidden");
        answer.Rule.ShouldBe("default-deny");
    }

    [Fact]
    public async Task AnotherResidentsThings_FoundInTheDatabase_403()
    {
        (await Cell.GetAsync("/notes/v1/found/ada", Cell.North.Token(("sub", "north.ada")))).ShouldBe(200);
        (await Cell.GetAsync("/notes/v1/found/bob", Cell.North.Token(("sub", "north.ada")))).ShouldBe(403, "forbidden");
    }

    [Fact]
    public async Task OwnThings_WithoutCredential_401()
    {
        (await Cell.GetAsync("/notes/v1/mine")).ShouldBe(401);
        (await Cell.GetAsync("/notes/v1/of/")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task AnotherRegionsStaff_DoNotReachPersonalData_AndAreToldWhy()
    {
        (await Cell.GetAsync("/notes/v1/of/north.ada", Cell.North.Token(("kind", "staff"), ("roles", new[] { "officer" })))).ShouldBe(200);
        var answer = (await Cell.GetAsync("/notes/v1/of/north.ada", Cell.South.Token(("kind", "staff"), ("roles", new[] { "officer", "administrator" })))).ShouldBe(403, "forbidden");
        answer.Rule.ShouldBe("own-region");
        answer.Detail.ShouldBe("staff of one region don't reach personal data of another");
    }

    [Fact]
    public async Task AnotherRegionsStaff_ReachWhatIsNotPersonal() =>
        (await Cell.GetAsync("/notes/v1/notes", Cell.South.Token(("kind", "staff"), ("roles", new[] { "officer" })))).ShouldBe(200).Text.ShouldBe("Staff south.resident0000000000001");

    [Fact]
    public async Task IdempotencyKey_OfAnotherCaller_IsAnotherRequest()
    {
        await using var cell = await AccessCell.StartAsync(service: NoteService.Create());
        async Task<Answer> NoteAsync(string subject) =>
            await cell.SendAsync(HttpMethod.Post, "/notes/v1/notes", cell.North.Token(("sub", subject)), new StringContent("secret of " + subject), ("Idempotency-Key", "\"guessed\""));

        var ada = (await NoteAsync("north.ada")).ShouldBe(201);
        (await NoteAsync("north.ada")).Header("Idempotency-Replayed").ShouldBe("true");
        var bob = (await NoteAsync("north.bob")).ShouldBe(201);

        bob.Header("Idempotency-Replayed").ShouldBeNull();
        bob.Text.ShouldNotBe(ada.Text);
    }

    [Fact]
    public async Task Kind_SaidInAHeader_IsNotBelieved()
    {
        foreach (var header in new[] { "X-User", "X-Forwarded-User", "X-Roles", "X-Client-Cert", "X-SSL-Client-Verify", "Banyan-Caller" })
            (await Cell.GetAsync("/notes/v1/notes", null, (header, "administrator"))).ShouldBe(401);
    }
}
