using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Shifts;
using static Banyan.Routing.Tests.Policies.Shifts.ShiftSets;

namespace Banyan.Routing.Tests.Policies.Shifts;

/// <summary>
/// Whole shifts of several front doors: each counts for itself, says its counts late or not at all, dies and is started
/// again, has a clock of its own, and takes a step by compare-and-set. All chance comes from the seed.
/// </summary>
public class ShiftSimulationTests
{
    private const int Clients = 1_000;
    private static readonly PolicySet Set = Of(Weighted("release", ("blue", 80), ("other", 20)), "blue", "other", "green");

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    /// <summary>A side as good as the old one: by chance one in some hundreds may be taken for worse, which is what certainty would cost.</summary>
    [Fact]
    public void Shift_GoodSide_ArrivesStepByStep()
    {
        var returned = new List<string>();
        for (var seed = 1; seed <= 60; seed++)
        {
            var run = new Run(seed, newRate: 0.02);
            run.Go();
            if (run.Record.State.Phase == ShiftPhase.Done)
                run.Record.Log.Select(static e => e.Percent).ShouldBe([1, 10, 50, 100, 100], run.ToString());
            else
                returned.Add(run.ToString());
        }

        returned.Count.ShouldBeLessThanOrEqualTo(2, string.Join("\n\n", returned));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Shift_BadSide_Returns(int seed)
    {
        var run = new Run(seed, newRate: 0.25);
        run.Go();
        run.Record.State.Phase.ShouldBe(ShiftPhase.Returned, run.ToString());
        run.Record.State.Reason.ShouldBe(ShiftReason.TooManyErrors, run.ToString());
        run.Record.Log[^1].ShouldSatisfyAllConditions(e => e.Percent.ShouldBe(0), e => e.Text.ShouldContain("green:"), e => e.Text.ShouldContain("more errors than chance explains"));
        run.Side.Values.ShouldNotContain("green");
    }

    private sealed class Run
    {
        private readonly int _seed;
        private readonly double _newRate;
        private readonly Random _random;
        private readonly Door[] _doors;
        private readonly Dictionary<string, ShiftCounted> _said = new(StringComparer.Ordinal);
        private DateTimeOffset _now = Start;
        private readonly uint[] _marks = new uint[Clients];
        private int _revision;
        private int _chosen = -1;

        public Run(int seed, double newRate)
        {
            (_seed, _newRate, _random) = (seed, newRate, new Random(seed));
            Record = Begin(Set, Request("release", "green", "blue", new ShiftPlan { From = "", To = "", Window = TimeSpan.FromSeconds(30), LongestStep = TimeSpan.FromHours(10) }));
            _doors = [.. Enumerable.Range(0, 3).Select(i => new Door($"door-{i}", TimeSpan.FromMilliseconds(_random.Next(-2_000, 2_000))))];
        }

        public ShiftRecord Record { get; private set; }

        public Dictionary<int, string> Side { get; } = [];

        public void Go()
        {
            for (var second = 0; Record.State.Phase == ShiftPhase.Watching; second++)
            {
                second.ShouldBeLessThan(3_000, ToString());
                _now = _now.AddSeconds(1);
                Choose();
                for (var i = 0; i < Clients; i++)
                    Ask(i);
                foreach (var door in _doors.OrderBy(_ => _random.Next()))
                    Look(door);
            }

            Choose();
        }

        public override string ToString() => $"seed {_seed}: {Record.State}\n{string.Join('\n', Record.Log)}";

        /// <summary>Once a client is on the new side it stays there as long as the shift goes on, and nobody else moves.</summary>
        private void Choose()
        {
            if (_chosen == _revision)
                return;
            _chosen = _revision;
            var model = ShiftedPolicies.Make(Set, [Record], static id => new ShiftCount { Id = id }).Model;
            for (var client = 0; client < Clients; client++)
            {
                var choice = model.Choose(new ClientFacts((ulong)client * 0x9E3779B97F4A7C15), PolicyFacts.AllWell(3));
                var side = Set.Targets[choice.Target].Name;
                if (Side.TryGetValue(client, out var before) && before != side && Record.State.Phase != ShiftPhase.Returned)
                    (before, side).ShouldBe(("blue", "green"), ToString());
                Side[client] = side;
                _marks[client] = choice.Marks;
            }
        }

        /// <summary>A client asks once a second, by any front door.</summary>
        private void Ask(int client)
        {
            if (_marks[client] != 0)
                ShiftCount.Add([_doors[_random.Next(_doors.Length)].Count], _marks[client], failed: _random.NextDouble() < (Side[client] == "green" ? _newRate : 0.02));
        }

        /// <summary>What a front door does each second, if it lives and the store answers.</summary>
        private void Look(Door door)
        {
            if (_random.Next(200) == 0)
                door.StartAgain();
            if (_random.Next(5) == 0)
                return;
            if (_random.Next(4) > 0 || door.View.Record is null)
                door.View = (Record, _revision); // else it has not heard of the last step yet
            door.Read(_said.GetValueOrDefault(door.Name, new ShiftCounted(Record.Id, default, default)));
            _said[door.Name] = door.Say(Record.Id);
            var (old, @new) = (_said.Values.Select(static s => s.Old).Aggregate(Add), _said.Values.Select(static s => s.New).Aggregate(Add));
            var next = ShiftAdvance.Next(door.View.Record, old, @new, _now + door.Skew);
            if (ReferenceEquals(next, door.View.Record) || _random.Next(10) == 0)
                return; // nothing to do, or its word is lost
            if (_revision != door.View.Revision)
                return; // another was first
            (next.State.Step - Record.State.Step).ShouldBeInRange(0, 1, ToString());
            (Record, _revision) = (next, _revision + 1);
        }

        private static SideCount Add(SideCount a, SideCount b) => new(a.Requests + b.Requests, a.Errors + b.Errors);

        private sealed class Door(string name, TimeSpan skew)
        {
            private ShiftCounted? _before;

            public string Name => name;

            public TimeSpan Skew => skew;

            /// <summary>The shift as it read it last.</summary>
            public (ShiftRecord Record, int Revision) View { get; set; }

            public ShiftCount Count { get; private set; } = new();

            public void StartAgain() => (_before, Count) = (null, new ShiftCount());

            public void Read(ShiftCounted kept) => _before ??= kept;

            public ShiftCounted Say(string id) => new(id, Add(_before!.Old, Count.Old), Add(_before.New, Count.New));
        }
    }
}
