using Banyan.Blueprints.Access;
using Banyan.Cells.Gateway.Limits;
using Banyan.Cells.Gateway.Quotas;
using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>How often: by address, subject, key and route; what is told of it; and quotas.</summary>
public class RateLimitTests
{
    [Fact]
    public async Task Address_UsesItsBurst_Then429UntilItComesBack()
    {
        await using var cell = await AccessCell.StartAsync();
        for (var left = 4; left >= 0; left--)
        {
            var answer = (await cell.GetAsync("/notes/v1/narrow")).ShouldBe(200);
            answer.Header("RateLimit")!.ShouldStartWith($"\"flood\";r={left};t=");
            answer.Header("RateLimit-Policy").ShouldBe("\"flood\";q=5;w=5000");
        }

        var refused = (await cell.GetAsync("/notes/v1/narrow")).ShouldBe(429, "too-many-requests");
        refused.Header("RateLimit")!.ShouldStartWith("\"flood\";r=0;t=");
        int.Parse(refused.Header("Retry-After")!).ShouldBeInRange(1, 1000);
        refused.Json.GetProperty("limit").GetString().ShouldBe("flood");
        (await cell.GetAsync("/notes/v1/open")).ShouldBe(200).Header("RateLimit").ShouldBeNull();
    }

    [Fact]
    public async Task Subject_ByAnyOfItsTokens_IsCountedOnce()
    {
        await using var cell = await AccessCell.StartAsync();
        for (var i = 0; i < 3; i++)
            (await cell.GetAsync("/notes/v1/list", cell.North.Token(("sub", "north.ada"), ("roles", new[] { "officer" })))).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/list", cell.North.Token(("sub", "north.ada"), ("roles", new[] { "officer" })))).ShouldBe(429);
        (await cell.GetAsync("/notes/v1/list", cell.North.Token(("sub", "north.bob"), ("roles", new[] { "officer" }), ("client_id", "another")))).ShouldBe(200);
    }

    [Fact]
    public async Task Key_IsCountedBesideItsSubject()
    {
        await using var cell = await AccessCell.StartAsync();
        for (var i = 0; i < 4; i++)
            (await cell.GetAsync("/notes/v1/list", cell.North.Token(("sub", $"north.r{i}"), ("roles", new[] { "officer" }), ("client_id", "app")))).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/list", cell.North.Token(("sub", "north.r9"), ("roles", new[] { "officer" }), ("client_id", "app")))).ShouldBe(429).Json.GetProperty("limit").GetString().ShouldBe("keys");
    }

    [Fact]
    public async Task Route_IsCountedForAllTogether()
    {
        await using var cell = await AccessCell.StartAsync();
        for (var i = 0; i < 6; i++)
            (await cell.GetAsync("/notes/v1/crowded", cell.North.Token(("sub", $"north.r{i}")))).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/crowded", cell.North.Token(("sub", "north.r9")))).ShouldBe(429).Json.GetProperty("limit").GetString().ShouldBe("routes");
    }

    [Fact]
    public async Task Endpoint_WithItsOwnLimit_CountsEachCaller()
    {
        await using var cell = await AccessCell.StartAsync();
        for (var i = 0; i < 3; i++)
            (await cell.GetAsync("/notes/v1/login")).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/login")).ShouldBe(429).Json.GetProperty("limit").GetString().ShouldBe("login");
        (await cell.GetAsync("/notes/v1/login", cell.North.Token())).ShouldBe(200);
    }

    [Fact]
    public void Bucket_Taken_GivesBackEvenly()
    {
        var limit = new RateLimit("x", 10, TimeSpan.FromSeconds(10));
        var bucket = new RateBucket();
        var now = TimeSpan.TicksPerDay;
        for (var i = 9; i >= 0; i--)
            bucket.Take(limit, now).ShouldBe(new RateAnswer(limit, true, i, 0));
        bucket.Take(limit, now).ShouldBe(new RateAnswer(limit, false, 0, TimeSpan.TicksPerSecond) { Refused = 1 });
        bucket.Look(limit, now + TimeSpan.TicksPerSecond).Allowed.ShouldBeTrue();
        bucket.Take(limit, now + TimeSpan.TicksPerSecond).Allowed.ShouldBeTrue();
        bucket.Take(limit, now + TimeSpan.TicksPerSecond).Allowed.ShouldBeFalse();
        bucket.Take(limit, now + (100 * TimeSpan.TicksPerSecond)).Remaining.ShouldBe(9); // never more than the quota
    }

    [Fact]
    public async Task Bucket_ManyAtOnce_GivesTheQuotaExactly()
    {
        var limit = new RateLimit("x", 1000, TimeSpan.FromHours(1));
        var bucket = new RateBucket();
        var given = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (bucket.Take(limit, TimeSpan.TicksPerDay).Allowed)
                    Interlocked.Increment(ref given);
            }
        })));
        given.ShouldBe(1000);
    }

    [Fact]
    public async Task Quota_OfAKey_Holds()
    {
        var model = AccessCell.Model with { Limits = [new AccessLimit { Name = "daily", Per = LimitPer.Key, Quota = 5, QuotaSeconds = 86400 }] };
        await using var cell = await AccessCell.StartAsync(o => o with { Policy = AccessPolicy.Compile(model), Quotas = new QuotaLedger(null, TimeProvider.System) });
        var key = await cell.ApiKeyAsync("metered");
        for (var i = 0; i < 5; i++)
            (await cell.GetAsync("/notes/v1/notes", key)).ShouldBe(200);
        var answer = (await cell.GetAsync("/notes/v1/notes", key)).ShouldBe(429, "too-many-requests");
        answer.Json.GetProperty("limit").GetString().ShouldBe("daily-quota");
        int.Parse(answer.Header("Retry-After")!).ShouldBeInRange(1, 86400);
    }
}
