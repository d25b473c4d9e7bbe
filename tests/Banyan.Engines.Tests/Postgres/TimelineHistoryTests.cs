using Banyan.Engines.Postgres;

namespace Banyan.Engines.Tests.Postgres;

public class TimelineHistoryTests
{
    [Fact]
    public void ParseEnds_HistoryFile_GivesWhereEachTimelineWasLeft()
    {
        var ends = TimelineHistory.ParseEnds("1\t0/F62B08\tno recovery target specified\n\n# a comment\n2\t1/A0\tbefore 2000-01-01\n");
        ends.ShouldBe(new Dictionary<int, long> { [1] = 0xF62B08, [2] = 0x1_0000_00A0 });
        TimelineHistory.ParseEnds("").ShouldBeEmpty();
    }

    [Fact]
    public void Contains_PositionsOnOldAndPresentTimelines_EndWhereTheyWereLeft()
    {
        var history = new TimelineHistory(3, 500, new Dictionary<int, long> { [1] = 100, [2] = 300 }, 1, "p@s");
        (history.Contains(1, 100), history.Contains(1, 101), history.Contains(2, 300), history.Contains(3, 500), history.Contains(3, 501), history.Contains(4, 1)).ShouldBe((true, false, true, true, false, false));
        (history.ContainsRecordAt(1, 99), history.ContainsRecordAt(1, 100)).ShouldBe((true, false));
    }

    [Theory]
    [InlineData("0/0", 0)]
    [InlineData("0/1B8A680", 0x1B8A680)]
    [InlineData("2/FFFFFFFF", 0x2_FFFF_FFFF)]
    public void WalPosition_Text_IsReadAndWritten(string text, long position)
    {
        WalPosition.Parse(text).ShouldBe(position);
        WalPosition.Format(position).ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("12")]
    [InlineData("x/1")]
    [InlineData("1/123456789")]
    public void WalPosition_NotAPosition_IsNull(string text) => WalPosition.Parse(text).ShouldBeNull();

    [Fact]
    public void ControlFacts_WordsOfPgControldata_AreUnderstood()
    {
        const string Words = """
            pg_control version number:            1300
            Database system identifier:           7551234567890123456
            Database cluster state:               shut down
            pg_control last modified:             Sat Nov 21 06:00:00 2026
            Latest checkpoint location:           0/1B8A680
            Latest checkpoint's REDO location:    0/1B8A648
            Latest checkpoint's TimeLineID:       2
            Latest checkpoint's PrevTimeLineID:   1
            """;
        var facts = ControlFacts.Parse(Words).ShouldNotBeNull();
        facts.ShouldBe(new ControlFacts("shut down", 0x1B8A680, 2, 7551234567890123456));
        facts.IsCleanPrimary.ShouldBeTrue();
        ControlFacts.Parse("pg_controldata: error").ShouldBeNull();
    }
}
