using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>Guessing credentials: every wrong one looks the same, and after some of them nobody looks any more.</summary>
public class BruteForceTests
{
    [Fact]
    public async Task ApiKeys_Guessed_AreLimitedByAddress()
    {
        await using var cell = await AccessCell.StartAsync();
        var good = await cell.ApiKeyAsync("good");
        var neighbour = await cell.ApiKeyAsync("neighbour");
        (await cell.GetAsync("/notes/v1/notes", neighbour)).ShouldBe(200);
        for (var i = 0; i < 30; i++)
            (await cell.GetAsync("/notes/v1/notes", $"bk_good_{i:d43}")).ShouldBe(401, "unauthenticated");

        var answer = (await cell.GetAsync("/notes/v1/notes", $"bk_good_{31:d43}")).ShouldBe(429, "too-many-requests");

        int.Parse(answer.Header("Retry-After")!).ShouldBeInRange(1, 60);
        answer.Json.GetProperty("limit").GetString().ShouldBe("failures");
        (await cell.GetAsync("/notes/v1/notes", good)).ShouldBe(429); // a guess that hits is not told from one that does not
        (await cell.GetAsync("/notes/v1/notes", neighbour)).ShouldBe(200); // one broken sensor does not shut out those behind the same address
        await cell.Directory.WithdrawApiKeyAsync("neighbour", CancellationToken.None);
        (await cell.GetAsync("/notes/v1/notes", neighbour)).ShouldBe(429);
        (await cell.GetAsync("/notes/v1/open")).ShouldBe(200);
    }

    [Fact]
    public async Task Tokens_Forged_AreLimitedByAddress_AndThoseThatWereGoodBeforeGoOn()
    {
        await using var cell = await AccessCell.StartAsync();
        var good = cell.North.Token(("roles", new[] { "reader" }));
        (await cell.GetAsync("/notes/v1/notes", good)).ShouldBe(200);
        using var forger = new TestIssuer("north");
        for (var i = 0; i < 30; i++)
            (await cell.GetAsync("/notes/v1/notes", forger.Token())).ShouldBe(401);

        (await cell.GetAsync("/notes/v1/notes", forger.Token())).ShouldBe(429, "too-many-requests");
        (await cell.GetAsync("/notes/v1/notes", good)).ShouldBe(200);
    }

    [Fact]
    public async Task ApiKeys_UnknownIdAndWrongSecret_LookTheSame()
    {
        await using var cell = await AccessCell.StartAsync();
        var good = await cell.ApiKeyAsync("there");
        var wrong = await cell.GetAsync("/notes/v1/notes", good[..^4] + "AAAA");
        var unknown = await cell.GetAsync("/notes/v1/notes", good.Replace("bk_there_", "bk_nobody_", StringComparison.Ordinal));
        foreach (var answer in new[] { wrong, unknown })
        {
            answer.ShouldBe(401, "unauthenticated");
            answer.Detail.ShouldBe("The API key is not valid.");
            answer.Header("WWW-Authenticate").ShouldBe(wrong.Header("WWW-Authenticate"));
        }
    }

    [Theory]
    [InlineData("bk_")]
    [InlineData("bk__")]
    [InlineData("bk_there")]
    [InlineData("bk_there_")]
    [InlineData("bk_there_a b")]
    [InlineData("bk_../there_AAAA")]
    public async Task ApiKey_ThatIsNone_401(string key)
    {
        await using var cell = await AccessCell.StartAsync();
        await cell.ApiKeyAsync("there");
        (await cell.GetAsync("/notes/v1/notes", "Bearer " + key)).ShouldBe(401);
        (await cell.GetAsync("/notes/v1/notes", null, ("X-Api-Key", key))).ShouldBe(401);
    }
}
