using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Banyan.Services.Disaster.Tests.Webhooks;

public class WebhookTests
{
    private static readonly (string, string) Private = ("disaster:webhooks.allow_private", "true");

    [Fact]
    public async Task Delivery_Alert_IsSignedCloudEvent()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var receiver = await Receiver.StartAsync(204);
        var (id, secret) = await SubscribeAsync(cell, new { url = receiver.Url, point = "-1.5,36.5" });

        var alert = await cell.IssueAsync(new AlertXml("one"));
        await receiver.UntilAsync(1);

        receiver.Received.TryDequeue(out var received).ShouldBeTrue();
        received!.Path.ShouldBe("/hook?token=private");
        received.Headers["content-type"].ShouldBe("application/cloudevents+json");
        received.Headers.ShouldNotContainKey("traceparent");
        received.Headers["webhook-id"].ShouldStartWith("msg_");
        long.Parse(received.Headers["webhook-timestamp"], CultureInfo.InvariantCulture).ShouldBeInRange(AlertXml.Start.ToUnixTimeSeconds(), AlertXml.Start.AddMinutes(5).ToUnixTimeSeconds());
        received.Headers["webhook-signature"].ShouldBe("v1," + Sign(secret, received));
        using var json = JsonDocument.Parse(received.Body);
        var cloud = json.RootElement;
        cloud.GetProperty("specversion").GetString().ShouldBe("1.0");
        cloud.GetProperty("type").GetString().ShouldBe("banyan.disaster.alert.issued.v1");
        cloud.GetProperty("source").GetString().ShouldBe("https://east.kai.example/disaster/v1/alerts");
        cloud.GetProperty("id").GetGuid().ShouldBe(alert);
        cloud.GetProperty("data").GetProperty("alert").GetProperty("identifier").GetString().ShouldBe("one");
        await DisasterCell.UntilAsync(async () => (await DeliveriesAsync(cell, id, "delivered")).GetArrayLength() == 1, "the delivery is recorded");
    }

    [Fact]
    public async Task Delivery_CapFormat_IsTheMessageByteForByte()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var receiver = await Receiver.StartAsync(200);
        await SubscribeAsync(cell, new { url = receiver.Url, format = "cap" });
        var alert = new AlertXml("one") { ExpiresMinute = 10 };
        var cancel = new AlertXml("two").Cancel("three", 1);

        await cell.IssueAsync(alert);
        await cell.IssueAsync(new AlertXml("two"));
        await cell.IssueAsync(cancel);
        cell.Time.Advance(TimeSpan.FromMinutes(11));
        await cell.IssueAsync(new AlertXml("last") { ExpiresMinute = 100 });
        await receiver.UntilAsync(4);

        receiver.Received.ShouldAllBe(r => r.Headers["content-type"] == "application/cap+xml");
        receiver.Received.Select(r => Encoding.UTF8.GetString(r.Body)).Order().ShouldBe(new[] { alert.ToString(), new AlertXml("two").ToString(), cancel.ToString(), new AlertXml("last") { ExpiresMinute = 100 }.ToString() }.Order());
    }

    [Fact]
    public async Task Delivery_Filters_SendWhatConcernsTheSubscriber()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var here = await Receiver.StartAsync(200);
        await using var all = await Receiver.StartAsync(200);
        await SubscribeAsync(cell, new { url = here.Url, area = new[] { "-1.5,36.5 10", "6.5,3.4 10" }, severity = "Severe" });
        await SubscribeAsync(cell, new { url = all.Url });

        await cell.IssueAsync(new AlertXml("elsewhere") { Area = "<circle>40,100 1</circle>" });
        await cell.IssueAsync(new AlertXml("minor") { Severity = "Minor" });
        await cell.IssueAsync(new AlertXml("here"));
        await cell.IssueAsync(new AlertXml("there") { Area = "<circle>6.5,3.4 1</circle>", Severity = "Extreme" });
        await all.UntilAsync(4);
        await here.UntilAsync(2);

        Names(all).ShouldBe(["elsewhere", "here", "minor", "there"], ignoreOrder: true);
        Names(here).ShouldBe(["here", "there"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("Exercise", "Public")]
    [InlineData("System", "Public")]
    [InlineData("Test", "Public")]
    [InlineData("Draft", "Public")]
    [InlineData("Actual", "Restricted")]
    [InlineData("Actual", "Private")]
    public async Task Delivery_MessageNotForThePublic_IsNeverSent(string status, string scope)
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var receiver = await Receiver.StartAsync(200);
        await SubscribeAsync(cell, new { url = receiver.Url });

        await cell.IssueAsync(new AlertXml("hidden") { Status = status, Scope = scope });
        await cell.IssueAsync(new AlertXml("open"));
        await receiver.UntilAsync(1);

        Names(receiver).ShouldBe(["open"]);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.deliveries")).ShouldBe(1);
    }

    [Fact]
    public async Task Delivery_TargetFails_IsTriedAgainUnderTheSameId()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var receiver = await Receiver.StartAsync(500, 302, 429, 200);
        var (id, secret) = await SubscribeAsync(cell, new { url = receiver.Url });
        await cell.IssueAsync(new AlertXml("one") { ExpiresMinute = 100_000 });

        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await receiver.UntilAsync(attempt);
            if (attempt < 4)
            {
                await DisasterCell.UntilAsync(async () => (await DeliveriesAsync(cell, id, "pending"))[0].GetProperty("attempts").GetInt32() == attempt, $"attempt {attempt} is recorded");
                receiver.Received.Count.ShouldBe(attempt, "not before its time");
                cell.Time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        await DisasterCell.UntilAsync(async () => (await DeliveriesAsync(cell, id, "delivered")).GetArrayLength() == 1, "it is delivered");
        receiver.Received.Select(r => r.Headers["webhook-id"]).Distinct().ShouldHaveSingleItem();
        receiver.Received.Select(r => Encoding.UTF8.GetString(r.Body)).Distinct().ShouldHaveSingleItem();
        receiver.Received.Select(r => r.Headers["webhook-timestamp"]).Distinct().Count().ShouldBe(4);
        receiver.Received.ShouldAllBe(r => r.Headers["webhook-signature"] == "v1," + Sign(secret, r));
        receiver.Received.ShouldAllBe(r => r.Path == "/hook?token=private", "a redirect is not followed");
    }

    [Fact]
    public async Task Delivery_TargetKeepsFailing_IsDeadLetteredAndCanBeSentAgain()
    {
        await using var cell = await DisasterCell.StartAsync(settings: [Private, ("disaster:webhooks.give_up_after", "1h")]);
        var healthy = false;
        await using var receiver = await Receiver.StartAsync((context, _) =>
        {
            context.Response.StatusCode = Volatile.Read(ref healthy) ? 200 : 503;
            return Task.CompletedTask;
        });
        var (id, _) = await SubscribeAsync(cell, new { url = receiver.Url });
        await cell.IssueAsync(new AlertXml("one") { ExpiresMinute = 100_000 });

        await DisasterCell.UntilAsync(
            async () =>
            {
                cell.Time.Advance(TimeSpan.FromMinutes(5));
                return (await DeliveriesAsync(cell, id, "dead")).GetArrayLength() == 1;
            },
            "it is dead");
        var dead = (await DeliveriesAsync(cell, id, "dead"))[0];
        dead.GetProperty("last_status").GetInt32().ShouldBe(503);
        dead.GetProperty("last_error").GetString().ShouldBe("answered 503");
        (await cell.GetJsonAsync($"/disaster/v1/subscriptions/{id}")).GetProperty("dead").GetInt32().ShouldBe(1);
        var before = receiver.Received.Count;

        Volatile.Write(ref healthy, true);
        using var again = await cell.Client.PostAsync($"/disaster/v1/deliveries/{dead.GetProperty("id").GetGuid()}/redeliver", null);

        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await DisasterCell.UntilAsync(async () => (await DeliveriesAsync(cell, id, "delivered")).GetArrayLength() == 1, "it is delivered");
        receiver.Received.Count.ShouldBe(before + 1);
        (await cell.Client.PostAsync($"/disaster/v1/deliveries/{Guid.NewGuid()}/redeliver", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delivery_TargetIsGone_DisablesTheSubscription()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var receiver = await Receiver.StartAsync(410);
        var (id, _) = await SubscribeAsync(cell, new { url = receiver.Url });

        await cell.IssueAsync(new AlertXml("one"));
        await DisasterCell.UntilAsync(async () => (await cell.GetJsonAsync($"/disaster/v1/subscriptions/{id}")).GetProperty("state").GetString() == "disabled", "it is disabled");
        await cell.IssueAsync(new AlertXml("two"));
        await UntilDispatchedAsync(cell);

        receiver.Received.ShouldHaveSingleItem();
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.deliveries")).ShouldBe(1);
    }

    [Fact]
    public async Task Delivery_TargetDoesNotAnswer_IsGivenUpInTime()
    {
        await using var cell = await DisasterCell.StartAsync(settings: [Private, ("disaster:webhooks.timeout", "10s")]);
        await using var receiver = await Receiver.StartAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        var (id, _) = await SubscribeAsync(cell, new { url = receiver.Url });
        await cell.IssueAsync(new AlertXml("one"));
        await receiver.UntilAsync(1);

        cell.Time.Advance(TimeSpan.FromSeconds(11));

        await DisasterCell.UntilAsync(async () => (await DeliveriesAsync(cell, id, "pending"))[0].GetProperty("last_error").GetString() == "no answer within 10 s", "the attempt is given up");
    }

    [Fact]
    public async Task Delivery_SlowTarget_HasItsShareOnlyAndOthersGoOn()
    {
        await using var cell = await DisasterCell.StartAsync(settings: [Private, ("disaster:webhooks.concurrency_per_target", "2"), ("disaster:webhooks.timeout", "1h")]);
        var release = new TaskCompletionSource();
        await using var slow = await Receiver.StartAsync((_, _) => release.Task);
        await using var quick = await Receiver.StartAsync(200);
        for (var i = 0; i < 5; i++)
            await SubscribeAsync(cell, new { url = slow.Url });
        await SubscribeAsync(cell, new { url = quick.Url });

        for (var i = 0; i < 50; i++)
            await cell.IssueAsync(new AlertXml($"a{i}"));

        await quick.UntilAsync(50);
        slow.Received.Count.ShouldBe(2);
        release.SetResult();
        await slow.UntilAsync(250);
        slow.Most.ShouldBe(2);
        slow.Received.Select(r => r.Headers["webhook-id"]).Distinct().Count().ShouldBe(250);
    }

    [Fact]
    public async Task Delivery_CellRestarts_EachIsEnteredOnceAndAllArrive()
    {
        await using var receiver = await Receiver.StartAsync((context, n) =>
        {
            context.Response.StatusCode = n % 3 == 0 ? 500 : 200;
            return Task.CompletedTask;
        });
        string database;
        await using (var cell = await DisasterCell.StartAsync(settings: Private))
        {
            database = cell.ConnectionString;
            for (var i = 0; i < 3; i++)
                await SubscribeAsync(cell, new { url = receiver.Url });
            for (var i = 0; i < 20; i++)
                await cell.IssueAsync(new AlertXml($"a{i}") { ExpiresMinute = 100_000 });
        }

        await using var again = await DisasterCell.StartAsync(database, new ShiftedTime(AlertXml.Start.AddMinutes(1)), Private);
        await DisasterCell.UntilAsync(
            async () =>
            {
                again.Time.Advance(TimeSpan.FromSeconds(10));
                return await again.ScalarAsync<long>("SELECT count(*) FROM disaster.deliveries WHERE state = 'delivered'") == 60;
            },
            "all are delivered");
        (await again.ScalarAsync<long>("SELECT count(*) FROM disaster.deliveries")).ShouldBe(60);
        receiver.Received.Select(r => r.Headers["webhook-id"]).Distinct().Count().ShouldBe(60);
    }

    [Fact]
    public async Task Subscription_SecretAndAddress_AreShownOnceOnly()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);
        await using var receiver = await Receiver.StartAsync(200);
        var own = "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

        var (id, secret) = await SubscribeAsync(cell, new { url = receiver.Url, geocode = "ISO3166-2=KE-17", secret = own });

        secret.ShouldBe(own);
        var one = await cell.Client.GetStringAsync($"/disaster/v1/subscriptions/{id}");
        var all = await cell.Client.GetStringAsync("/disaster/v1/subscriptions");
        foreach (var text in new[] { one, all, await cell.ScalarAsync<string>("SELECT coalesce(string_agg(data, ''), '') FROM journal.entry"), await cell.ScalarAsync<string>("SELECT coalesce(string_agg(data, ''), '') FROM journal.inbox") })
        {
            text.ShouldNotContain(own);
            text.ShouldNotContain("token=private");
        }

        one.ShouldContain("KE-17");
        using var removed = await cell.Client.DeleteAsync($"/disaster/v1/subscriptions/{id}");
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await cell.Client.DeleteAsync($"/disaster/v1/subscriptions/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await cell.IssueAsync(new AlertXml("one") { Area = "" });
        await UntilDispatchedAsync(cell);
        receiver.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Subscription_RepeatedWithItsKey_IsMadeOnceAndItsSecretGivenAgain()
    {
        await using var cell = await DisasterCell.StartAsync(settings: Private);

        var first = await PostAsync("key-1");
        var second = await PostAsync("key-1");

        second.ShouldBe(first);
        first.ShouldContain("whsec_");
        (await cell.ScalarAsync<long>("SELECT count(*) FROM disaster.subscriptions")).ShouldBe(1);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM journal.idempotency WHERE convert_from(body, 'UTF8') LIKE '%whsec_%'")).ShouldBe(0);

        async Task<string> PostAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/disaster/v1/subscriptions") { Content = JsonContent.Create(new { url = "https://example.org/hook" }), Headers = { { "Idempotency-Key", key } } };
            using var response = await cell.Client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.Created);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Subscription_Wrong_IsRefusedWithEveryProblem()
    {
        await using var cell = await DisasterCell.StartAsync();

        using var response = await cell.Client.PostAsJsonAsync("/disaster/v1/subscriptions", new { url = "http://127.0.0.1/", point = "north", area = 5, severity = "high", format = "soap", secret = "x", extra = 1 });

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        problem.RootElement.GetProperty("errors").GetArrayLength().ShouldBe(7);
        using var notJson = await cell.Client.PostAsync("/disaster/v1/subscriptions", new StringContent("<a/>"));
        notJson.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Subscription_MoreThanAllowed_IsRefused()
    {
        await using var cell = await DisasterCell.StartAsync(settings: [Private, ("disaster:webhooks.max_subscriptions", "3"), ("disaster:webhooks.max_per_target", "2")]);

        (await StatusAsync("https://one.example/a")).ShouldBe(HttpStatusCode.Created);
        (await StatusAsync("https://ONE.example/b")).ShouldBe(HttpStatusCode.Created);
        (await StatusAsync("https://one.example/c")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await StatusAsync("https://two.example/")).ShouldBe(HttpStatusCode.Created);
        (await StatusAsync("https://three.example/")).ShouldBe(HttpStatusCode.TooManyRequests);

        async Task<HttpStatusCode> StatusAsync(string url)
        {
            using var response = await cell.Client.PostAsJsonAsync("/disaster/v1/subscriptions", new { url });
            return response.StatusCode;
        }
    }

    /// <summary>RFC 2104 spelled out over plain SHA-256: not the way the code under test signs.</summary>
    private static string Sign(string secret, Received received)
    {
        var key = new byte[64];
        Convert.FromBase64String(secret["whsec_".Length..]).CopyTo(key, 0);
        byte[] message = [.. Encoding.UTF8.GetBytes($"{received.Headers["webhook-id"]}.{received.Headers["webhook-timestamp"]}."), .. received.Body];
        var inner = SHA256.HashData([.. key.Select(b => (byte)(b ^ 0x36)), .. message]);
        return Convert.ToBase64String(SHA256.HashData([.. key.Select(b => (byte)(b ^ 0x5C)), .. inner]));
    }

    private static async Task<(Guid Id, string Secret)> SubscribeAsync(DisasterCell cell, object subscription)
    {
        using var response = await cell.Client.PostAsJsonAsync("/disaster/v1/subscriptions", subscription);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (json.RootElement.GetProperty("id").GetGuid(), json.RootElement.GetProperty("secret").GetString()!);
    }

    private static async Task<JsonElement> DeliveriesAsync(DisasterCell cell, Guid subscription, string state) =>
        (await cell.GetJsonAsync($"/disaster/v1/subscriptions/{subscription}/deliveries?state={state}")).GetProperty("deliveries");

    /// <summary>Waits until the follower has come to the end of the journal's alerts.</summary>
    private static Task UntilDispatchedAsync(DisasterCell cell) => DisasterCell.UntilAsync(
        async () => await cell.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM journal.inbox) AND coalesce((SELECT max(position) FROM journal.entry WHERE topic IN ('disaster.alerts', 'disaster.subscriptions')), 0) = coalesce((SELECT position FROM journal.cursor WHERE follower = 'disaster.webhooks'), 0)"),
        "every change has been looked at");

    private static string[] Names(Receiver receiver) => [.. receiver.Received.Select(r =>
    {
        using var json = JsonDocument.Parse(r.Body);
        return json.RootElement.GetProperty("data").GetProperty("alert").GetProperty("identifier").GetString()!;
    })];
}
