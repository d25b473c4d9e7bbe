using Banyan.Console.History;
using Banyan.Control.Status;

namespace Banyan.Console.Tests.History;

public class HistoryBookTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(55);

    [Fact]
    public void Note_EverySecond_KeepsAPageEachInterval()
    {
        var book = new HistoryBook();
        for (var second = 0; second <= 20; second++)
            book.Note(Seen(second, second));
        book.Current.Select(p => (p.At - Start).TotalSeconds).ShouldBe([0, 5, 10, 15, 20]);
        book.Current[2].Of("a").Requests.ShouldBe(10);
        book.Current[2].Of("unknown").Requests.ShouldBeNull();
    }

    [Fact]
    public void Note_LongTime_KeepsTenMinutes()
    {
        var book = new HistoryBook();
        for (var page = 0; page < HistoryBook.Pages + 10; page++)
            book.Note(Seen(page * 5, page));
        book.Current.Count.ShouldBe(HistoryBook.Pages);
        book.Current[0].Of("a").Requests.ShouldBe(10);
    }

    [Fact]
    public void Sum_SomeUnknown_AddsTheKnown()
    {
        var book = new HistoryBook();
        book.Note(Seen(0, 7, null));
        book.Current[0].Sum(s => s.Requests).ShouldBe(7);
        book.Current[0].Sum(s => s.LagBytes).ShouldBeNull();
        book.Current[0].Most(s => s.Requests).ShouldBe(7);
    }

    [Fact]
    public void Note_Counters_GiveTheRateOfTheWholeInterval()
    {
        var book = new HistoryBook();
        book.Note(Counted(0, 100));
        book.Note(Counted(5, 150));
        book.Note(Counted(10, 10));
        book.Current.Select(p => p.Of("a").Requests).ShouldBe([null, 10, null], "a cell that began anew has no rate yet");
    }

    private static PlatformStatus Counted(int second, long requests)
    {
        var seen = Seen(second, [null]);
        var cell = new CellReport { Region = "a", Partition = "a", State = "serving", Counters = new CellCounters(requests, 0, 0, 0) };
        return seen with { Regions = [seen.Regions[0] with { Cell = cell }] };
    }

    private static PlatformStatus Seen(int second, params double?[] requests) => new()
    {
        Platform = "p",
        FrontDoors = [],
        Objectives = [],
        ObservedAt = Start.AddSeconds(second),
        Regions = [.. requests.Select((r, i) => new RegionStatus { Name = $"{(char)('a' + i)}", Tier = "core", State = RegionServing.Serving, Primary = "a", Epoch = 1, Rates = r is { } rate ? new RegionRates(rate, 0, 0, 0) : null })],
    };
}
