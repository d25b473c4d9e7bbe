using System.Net;
using System.Net.Http.Headers;
using Banyan.Routing.Entry;
using Banyan.Routing.Tests.Entry.Forwarding;

namespace Banyan.Routing.Tests.Entry.Holding;

public class ReplayTests
{
    [Fact]
    public async Task Replay_CellDoesTheWorkAndBreaks_KeyedIsDoneOnceAndPlainIsUnknown()
    {
        await using var partition = await Partition.StartAsync();
        partition.East.Mood = Mood.BreaksAfterWork;
        var keyed = partition.Client.SendAsync(Partition.Change("key"));
        using (var plain = await partition.Client.SendAsync(Partition.Change(null, "plain")))
            await plain.ShouldBeProblemAsync(502, "region-broke-off");
        await partition.UntilAsync(() => partition.Ledger.Arrivals.GetValueOrDefault("key") >= 1);
        partition.East.Mood = Mood.Serves;
        (await keyed).StatusCode.ShouldBe(HttpStatusCode.OK); // not 201: the work was done the first time
        partition.Ledger.Arrivals["plain"].ShouldBe(1);
        partition.Ledger.Done.ShouldBe(2);
    }

    [Fact]
    public async Task Replay_EachSendingBreaks_EndsAfterSoMany()
    {
        await using var partition = await Partition.StartAsync(new EntryOptions { MostSends = 3 });
        partition.East.Mood = Mood.BreaksAfterWork;
        using var response = await partition.Client.SendAsync(Partition.Change("key"));
        await response.ShouldBeProblemAsync(502, "region-broke-off");
        partition.Ledger.Arrivals["key"].ShouldBe(3);
    }

    [Fact]
    public async Task Replay_BudgetSpent_Is502AfterOneSending()
    {
        await using var partition = await Partition.StartAsync(new EntryOptions { ReplayShare = 0, ReplayFloor = 0 });
        partition.East.Mood = Mood.BreaksAfterWork;
        using var response = await partition.Client.SendAsync(Partition.Change("key"));
        await response.ShouldBeProblemAsync(502, "region-broke-off");
        partition.Ledger.Arrivals["key"].ShouldBe(1);
    }

    [Fact]
    public async Task Replay_503OfAnotherType_IsTheAnswer()
    {
        await using var partition = await Partition.StartAsync();
        partition.East.Mood = Mood.Overloaded;
        using var response = await partition.Client.SendAsync(Partition.Change("key"));
        await response.ShouldBe503OfAsync("overloaded");
        partition.East.Reached.ShouldBe(1);
        partition.Region.Availability.ShouldBe(RegionAvailability.Serving);
    }

    [Fact]
    public async Task Replay_BodyInPieces_ArrivesWholeAfterItsCellDiedInTheMiddle()
    {
        await using var partition = await Partition.StartAsync();
        using var raw = await RawClient.ConnectAsync(partition.Entry.Port);
        await raw.SendAsync("POST /regions/east/changes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: k\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
        await partition.UntilAsync(() => partition.East.Reached == 1);
        await partition.East.DieAsync();
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        await partition.UntilAsync(() => partition.West.Reached == 1);
        await raw.SendAsync("6\r\n later\r\n0\r\n\r\n");
        (await raw.ReadAsync()).ShouldStartWith("HTTP/1.1 201");
        partition.West.Body.ShouldBe("first later");
        partition.West.TraceParent.ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    [Fact]
    public async Task Replay_BodyTooLargeToKeep_IsSentOnce()
    {
        await using var partition = await Partition.StartAsync(new EntryOptions { MaxKeptBody = 10 });
        partition.East.Mood = Mood.BreaksAfterWork;
        foreach (var chunked in (bool[])[false, true])
        {
            using var request = Partition.With($"key-{chunked}", new StringContent("more than ten bytes"));
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await partition.Client.SendAsync(request);
            await response.ShouldBeProblemAsync(502, "region-broke-off");
            partition.Ledger.Arrivals[$"key-{chunked}"].ShouldBe(1);
        }
    }

    [Fact]
    public async Task Replay_LargestBodyThatIsKept_ArrivesUnchanged()
    {
        await using var partition = await Partition.StartAsync();
        var body = string.Concat(Enumerable.Range(0, 1 << 17).Select(i => $"{i % 100_000_000:D8}"));
        partition.East.Mood = Mood.Frozen;
        var response = partition.Client.SendAsync(Partition.With("key", new StringContent(body, new MediaTypeHeaderValue("text/plain"))));
        await partition.UntilAsync(() => partition.East.Reached == 1);
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        (await response).StatusCode.ShouldBe(HttpStatusCode.Created);
        (partition.West.Body == body).ShouldBeTrue();
    }

    [Fact]
    public async Task Events_PartitionMoves_EndInOrder()
    {
        await using var partition = await Partition.StartAsync();
        using var response = await partition.Client.GetAsync("/regions/east/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await events.ReadLineAsync()).ShouldBe("data: east");
        partition.West.Mood = Mood.Serves;
        partition.Raise();
        (await events.ReadToEndAsync()).ShouldBe("\n");
        using var again = await partition.Client.GetAsync("/regions/east/events", HttpCompletionOption.ResponseHeadersRead);
        using var more = new StreamReader(await again.Content.ReadAsStreamAsync());
        (await more.ReadLineAsync()).ShouldBe("data: west");
        again.Headers.GetValues("Banyan-Served-By").ShouldBe(["west"]);
    }

    [Fact]
    public async Task Events_CellDies_EndInOrder()
    {
        await using var partition = await Partition.StartAsync();
        using var response = await partition.Client.GetAsync("/regions/east/events", HttpCompletionOption.ResponseHeadersRead);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await events.ReadLineAsync()).ShouldBe("data: east");
        await partition.East.DieAsync();
        (await events.ReadToEndAsync()).ShouldBe("\n");
    }

    [Fact]
    public async Task WebSocket_PartitionMoves_ClosesInOrder()
    {
        await using var partition = await Partition.StartAsync();
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{partition.Entry.Port}/regions/east/socket"), CancellationToken.None);
        var buffer = new byte[16];
        (await socket.ReceiveAsync(buffer, CancellationToken.None)).Count.ShouldBe(4);
        partition.Raise();
        var close = await socket.ReceiveAsync(buffer, CancellationToken.None);
        close.MessageType.ShouldBe(System.Net.WebSockets.WebSocketMessageType.Close);
        ((int)socket.CloseStatus!.Value).ShouldBe(1012); // service restart: come back
    }
}
