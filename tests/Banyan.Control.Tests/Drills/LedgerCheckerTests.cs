using Banyan.Control.Drills.Checking;

namespace Banyan.Control.Tests.Drills;

public class LedgerCheckerTests
{
    private readonly List<AcknowledgedChange> _acknowledged = [];
    private readonly List<FoundRow> _rows = [];
    private readonly List<FoundEntry> _entries = [];
    private readonly Dictionary<int, long> _sent = [];

    [Fact]
    public void Check_EverythingThereOnce_IsClean()
    {
        for (var seq = 1; seq <= 5; seq++)
        {
            Done(1, seq);
            Done(2, seq);
        }

        var verdict = Check();
        verdict.IsClean.ShouldBeTrue();
        (verdict.Acknowledged, verdict.Lost, verdict.Duplicated, verdict.Reordered).ShouldBe((10, 0, 0, 0));
        verdict.Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Check_DoneAndNeverTold_IsNothingWrong()
    {
        Done(1, 1);
        Store(1, 2, Guid.NewGuid());
        Done(1, 3);
        _sent[1] = 4; // of 4 nobody knows, and it was not done
        Check().IsClean.ShouldBeTrue();
    }

    [Fact]
    public void Check_RowOrEntryMissing_IsLostAndNamedWithItsReceipt()
    {
        Done(1, 1, at: 1);
        var second = Done(1, 2, at: 2);
        var third = Done(1, 3, at: 3);
        _rows.RemoveAll(r => r.Seq == 2);
        _entries.RemoveAll(e => e.Seq == 3);
        var verdict = Check();
        verdict.Lost.ShouldBe(2);
        (verdict.FirstLostAt, verdict.LastLostAt).ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
        verdict.Problems.ShouldBe([$"lost: client 1, change 2, receipt {second}", $"lost: client 1, change 3, receipt {third}"]);
        verdict.IsClean.ShouldBeFalse();
    }

    [Fact]
    public void Check_ThereUnderAnotherReceipt_IsLost()
    {
        // As if the change was lost and done again by a repeat that was not told of: the promise of the first receipt is broken.
        Done(1, 1);
        _rows[0] = _rows[0] with { Receipt = Guid.NewGuid() };
        _entries[0] = _entries[0] with { Id = _rows[0].Receipt };
        Check().Lost.ShouldBe(1);
    }

    [Fact]
    public void Check_DoneTwice_IsDuplicatedOnce()
    {
        Done(1, 1);
        Done(1, 2);
        Store(1, 2, Guid.NewGuid());
        Store(1, 2, Guid.NewGuid());
        var verdict = Check();
        (verdict.Duplicated, verdict.Lost).ShouldBe((1, 0));
        verdict.Problems.ShouldBe(["done more than once: client 1, change 2"]);
    }

    [Fact]
    public void Check_JournalInAnotherOrder_CountsWhatCameLate()
    {
        foreach (var seq in new[] { 1, 3, 2, 5, 4, 6 })
            Done(1, seq);
        Done(2, 1);
        Check().Reordered.ShouldBe(2);
    }

    [Fact]
    public void Check_UnheardChangeDoneLate_IsNotReordered()
    {
        Done(1, 1);
        Done(1, 3);
        Store(1, 2, Guid.NewGuid()); // its answer was lost; it was done after 3
        Check().IsClean.ShouldBeTrue();
    }

    [Fact]
    public void Check_RowWithoutEntryOrNeverAskedFor_IsInconsistent()
    {
        Done(1, 1);
        _rows.Add(new FoundRow(1, 2, Guid.NewGuid()));
        _sent[1] = 2;
        Store(3, 1, Guid.NewGuid());
        var verdict = Check();
        verdict.Inconsistent.ShouldBe(2);
        verdict.Problems.ShouldBe(["row without journal entry, or the reverse: client 1, change 2", "never asked for: client 3, change 1"]);
    }

    private LedgerVerdict Check() => LedgerChecker.Check(_acknowledged, _sent, _rows, _entries);

    private Guid Done(int client, long seq, double at = 0)
    {
        var receipt = Guid.NewGuid();
        _acknowledged.Add(new AcknowledgedChange(client, seq, receipt, TimeSpan.FromSeconds(at)));
        _sent[client] = Math.Max(seq, _sent.GetValueOrDefault(client));
        Store(client, seq, receipt);
        return receipt;
    }

    private void Store(int client, long seq, Guid id)
    {
        _rows.Add(new FoundRow(client, seq, id));
        _entries.Add(new FoundEntry(_entries.Count + 1, client, seq, id));
    }
}
