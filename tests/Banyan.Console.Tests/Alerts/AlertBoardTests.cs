using Banyan.Console.Alerts;

namespace Banyan.Console.Tests.Alerts;

public class AlertBoardTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(55);

    [Fact]
    public void Put_Many_KeepsTheNewestFirst()
    {
        var board = new AlertBoard();
        foreach (var i in Enumerable.Range(0, AlertBoard.Capacity + 20).Reverse())
            board.Put(Alert($"{i}", i));
        board.Alerts.Length.ShouldBe(AlertBoard.Capacity);
        board.Alerts[0].Id.ShouldBe("0");
        board.Alerts.Select(a => a.ReceivedAt).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public void Put_SameId_Replaces()
    {
        var board = new AlertBoard();
        board.Put(Alert("a", 1));
        board.Put(Alert("a", 1) with { Headline = "other" });
        board.Put(Alert("a", 1) with { Region = "elsewhere" });
        board.Alerts.Length.ShouldBe(2);
        board.Alerts.Single(a => a.Region == "r").Headline.ShouldBe("other");
    }

    [Fact]
    public void Close_Known_IsNoLongerActive()
    {
        var board = new AlertBoard();
        board.Put(Alert("a", 1));
        board.Close("r", "unknown", AlertEnd.Cancelled);
        board.Alerts[0].IsActive(Now).ShouldBeTrue();
        board.Close("r", "a", AlertEnd.Cancelled);
        board.Alerts[0].IsActive(Now).ShouldBeFalse();
    }

    [Fact]
    public void IsActive_PastItsEnd_IsFalse()
    {
        (Alert("a", 1) with { Expires = Now }).IsActive(Now).ShouldBeFalse();
        (Alert("a", 1) with { Expires = Now.AddSeconds(1) }).IsActive(Now).ShouldBeTrue();
    }

    [Fact]
    public void Close_Twice_KeepsTheFirstReason()
    {
        var board = new AlertBoard();
        board.Put(Alert("a", 1));
        board.Close("r", "a", AlertEnd.Replaced);
        board.Close("r", "a", AlertEnd.Expired);
        board.Alerts[0].End.ShouldBe(AlertEnd.Replaced);
    }

    [Fact]
    public void Reset_Region_ClosesWhatIsNotThereAnyMore()
    {
        var board = new AlertBoard();
        board.Put(Alert("gone", 3));
        board.Put(Alert("stays", 2));
        board.Put(Alert("gone", 1) with { Region = "elsewhere" });
        board.Reset("r", [Alert("stays", 2), Alert("new", 0)]);
        board.Alerts.Select(a => (a.Region, a.Id, a.End)).ShouldBe([("r", "new", AlertEnd.None), ("elsewhere", "gone", AlertEnd.None), ("r", "stays", AlertEnd.None), ("r", "gone", AlertEnd.Over)]);
    }

    private static ConsoleAlert Alert(string id, int minutesAgo) => new()
    {
        Id = id,
        Region = "r",
        Event = "Flood",
        Headline = "Flood",
        Severity = "Severe",
        ReceivedAt = Now.AddMinutes(-minutesAgo),
    };
}
