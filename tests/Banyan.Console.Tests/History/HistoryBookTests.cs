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

    private static PlatformStatus Seen(int second, params double?[] requests) => new()
    {
        Platform = "p",
        FrontDoors = [],
        Objectives = [],
        ObservedAt = Start.AddSeconds(second),
        Regions = [.. requests.Select((r, i) => new RegionStatus { Name = $"{(char)('a' + i)}", Tier = "core", State = RegionServing.Serving, Primary = "a", Epoch = 1, Rates = r is { } rate ? new RegionRates(rate, 0, 0, 0) : null })],
    };
}
