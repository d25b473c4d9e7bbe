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
        board.Alerts[0].Identifier.ShouldBe("0");
        board.Alerts.Select(a => a.Sent).ShouldBeInOrder(SortDirection.Descending);
    }

    [Fact]
    public void Put_SameIdentifier_Replaces()
    {
        var board = new AlertBoard();
        board.Put(Alert("a", 1));
        board.Put(Alert("a", 1) with { Headline = "other" });
        board.Put(Alert("a", 1) with { Region = "elsewhere" });
        board.Alerts.Length.ShouldBe(2);
        board.Alerts.Single(a => a.Region == "r").Headline.ShouldBe("other");
    }

    [Fact]
    public void Cancel_Known_IsNoLongerActive()
    {
        var board = new AlertBoard();
        board.Put(Alert("a", 1));
        board.Cancel("r", "unknown");
        board.Alerts[0].IsActive(Now).ShouldBeTrue();
        board.Cancel("r", "a");
        board.Alerts[0].IsActive(Now).ShouldBeFalse();
    }

    [Fact]
    public void IsActive_PastItsEnd_IsFalse()
    {
        (Alert("a", 1) with { Expires = Now }).IsActive(Now).ShouldBeFalse();
        (Alert("a", 1) with { Expires = Now.AddSeconds(1) }).IsActive(Now).ShouldBeTrue();
    }

    private static ConsoleAlert Alert(string identifier, int minutesAgo) => new()
    {
        Identifier = identifier,
        Region = "r",
        Event = "Flood",
        Headline = "Flood",
        Severity = "Severe",
        Sent = Now.AddMinutes(-minutesAgo),
    };
}
