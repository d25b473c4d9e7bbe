using Banyan.Cli.Output;
using Banyan.Control.Chain;
using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Cli.Tests.Output;

public class StatusTextTests
{
    [Fact]
    public void Write_OneServesAndOneIsDown_IsATableAndTheReasons() => Write(colours: false).ShouldBe("""
        kai: 1 of 2 regions serving, data in /data

        REGION       TIER      STATE    PRIMARY      EPOCH  STANDBY      LAG      JOURNAL  CHANGES  READINGS  ALERTS
        east-africa  core      serving  east-africa  1      west-africa  1.5 KiB  1,234    1,200    98,765    3
        west-africa  regional  down     west-africa  2      -            -        -        -        -         -

        entry http://localhost:8080/ serving
        shift of capacity, east-africa -> west-africa: returned at 0 %: too many errors
        east-africa: its log is halted: two histories
        west-africa: neither its cell nor its keeper answers
        east-africa: standby of west-africa is failed: no room

        """);

    [Fact]
    public void Write_Coloured_KeepsTheColumnsStraight()
    {
        var coloured = Write(colours: true);
        coloured.ShouldContain("\e[32mserving\e[0m  east-africa");
        coloured.ShouldContain("\e[31mdown\e[0m     west-africa");
    }

    [Fact]
    public void Write_AChain_IsOneLine_AndOneForEachLogThatWantsSomeone()
    {
        var logs = new List<LogAnchorStatus>
        {
            new() { Partition = "east-africa", State = "anchored", Size = 100, Anchored = 100, Block = 7, Confirmed = true },
            new() { Partition = "west-africa", State = "behind", Size = 120, Anchored = 100, Block = 7, BehindSince = DateTimeOffset.UnixEpoch - TimeSpan.FromSeconds(34), Detail = "it was in no block after 60 s" },
            new() { Partition = "north-africa", State = "empty" },
        };
        var chain = new ChainStatus { By = "east-africa", At = DateTimeOffset.UnixEpoch, Height = 1234, Logs = logs };
        Text(chain).ShouldBe("""
            chain at block 1,234: 1 of 2 logs anchored, 20 entries wait
              west-africa: behind for 34 s: it was in no block after 60 s

            """);
        Text(chain with { Paused = true }).ShouldStartWith("chain at block 1,234: 1 of 2 logs anchored, 20 entries wait: a guardian has paused the contracts");
        Text(chain with { Height = null, Problem = "nobody answers", Logs = [logs[0] with { State = "fork", Detail = "two trees" }] }).ShouldBe("""
            chain: 0 of 1 logs anchored: nobody answers
              east-africa: fork: two trees

            """);
    }

    private static string Text(ChainStatus chain)
    {
        using var output = new StringWriter();
        ChainText.Write(chain, DateTimeOffset.UnixEpoch, new Terminal(output, TextWriter.Null, false, false));
        return output.ToString();
    }

    private static string Write(bool colours)
    {
        var status = new PlatformStatus
        {
            Platform = "kai",
            ObservedAt = DateTimeOffset.UnixEpoch,
            Objectives = [],
            Shifts = [new ShiftStatus("capacity", "east-africa", "west-africa", "returned", 0, "too many errors")],
            FrontDoors = [new FrontDoorStatus("http", new Uri("http://localhost:8080/"), RegionServing.Serving)],
            Regions =
            [
                new RegionStatus
                {
                    Name = "east-africa", Tier = "core", State = RegionServing.Serving, Primary = "east-africa", Epoch = 1, Standby = "west-africa", LagBytes = 1536,
                    Cell = new CellReport { Region = "east-africa", Partition = "east-africa", State = "serving", Journal = new(1234), Log = new(1234, 1200, "two histories"), Counters = new(5000, 1200, 98765, 3) },
                    Databases = [new DatabaseReport { Partition = "west-africa", Role = "standby", State = "failed", Detail = "no room" }],
                },
                new RegionStatus { Name = "west-africa", Tier = "regional", State = RegionServing.Down, Primary = "west-africa", Epoch = 2, Detail = "neither its cell nor its keeper answers" },
            ],
        };
        using var output = new StringWriter();
        StatusText.Write(status, new DataFolder("/data"), new Terminal(output, TextWriter.Null, colours, colours));
        return output.ToString();
    }
}
