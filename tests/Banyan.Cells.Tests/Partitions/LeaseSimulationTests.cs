using Banyan.Cells.Partitions;

namespace Banyan.Cells.Tests.Partitions;

/// <summary>
/// Two cells and a store on one simulated time line, each with a clock of its own rate; messages take long or are lost,
/// cells freeze, the store freezes and restarts. Never may both hold, at whatever instant.
/// </summary>
public class LeaseSimulationTests
{
    private const int Seeds = 2_000;

    [Fact]
    public void TwoCells_ClocksWithinTheAssumption_NeverBothHold()
    {
        var served = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            // Up to the edge: 2 s to live and 0.2 s of margin allow a ratio of 10/9 between the clocks.
            var world = new World(seed, slowest: 0.949, fastest: 1.051);
            world.Run();
            world.Both.ShouldBeNull($"seed {seed}");
            served += world.Held;
        }

        served.ShouldBeGreaterThan(Seeds); // they did get it, and more than once: the simulation is not vacuous
    }

    [Fact]
    public void TwoCells_ClockPastTheAssumption_IsFoundByTheSimulation()
    {
        var found = 0;
        for (var seed = 0; seed < Seeds && found == 0; seed++)
        {
            var world = new World(seed, slowest: 0.8, fastest: 1.2);
            world.Run();
            found += world.Both is null ? 0 : 1;
        }

        found.ShouldBe(1); // else the test above would prove nothing
    }

    /// <summary>Time here is the world's, in milliseconds; each clock shows it times its rate.</summary>
    private sealed class World(int seed, double slowest, double fastest)
    {
        private const double End = 30_000;
        private readonly Random _random = new(seed);
        private readonly PriorityQueue<Action, double> _events = new();
        private double _now;
        private long _nextLease = 1;
        private (Cell Cell, long Lease)? _key;
        private double _ranOutAt;
        private double _storeRate;
        private double _storeFrozenUntil;

        public string? Both { get; private set; }

        public int Held { get; private set; }

        public void Run()
        {
            _storeRate = Rate();
            var cells = new[] { new Cell("a", Rate()), new Cell("b", Rate()) };
            foreach (var cell in cells)
                At(_random.NextDouble() * 500, () => Step(cell));
            for (var at = 0.0; at < End; at += 200 + (_random.NextDouble() * 4_000))
            {
                var victim = _random.Next(3);
                var length = _random.NextDouble() * 4_000;
                At(at, () =>
                {
                    if (victim == 2)
                        _storeFrozenUntil = _now + length;
                    else
                        cells[victim].FrozenUntil = _now + length;
                });
            }

            while (_events.TryDequeue(out var next, out var at) && at < End && Both is null)
            {
                _now = at;
                next();

                // A frozen cell that would act on its lease when it wakes is found here too: the check is of the fact, not of the act.
                if (cells.All(c => c.State.HoldsAt(c.Clock(_now))))
                    Both = $"at {_now:0} ms";
            }
        }

        private double Rate() => slowest + (_random.NextDouble() * (fastest - slowest));

        private void At(double at, Action act) => _events.Enqueue(act, at);

        /// <summary>A message arrives after a while, mostly a short one; or never.</summary>
        private void Send(Action arrive, Func<double> awake)
        {
            if (_random.Next(10) == 0)
                return;
            var at = _now + (_random.Next(8) == 0 ? _random.NextDouble() * 2_500 : _random.NextDouble() * 5);
            At(at, Deliver);

            void Deliver()
            {
                if (awake() > _now)
                    At(awake(), Deliver); // it waits in the socket
                else
                    arrive();
            }
        }

        private void Step(Cell cell)
        {
            if (cell.FrozenUntil > _now)
            {
                At(cell.FrozenUntil, () => Step(cell));
                return;
            }

            var local = cell.Clock(_now);
            var step = cell.Lease == 0 ? LeaseStep.Stop : cell.State.StepAt(local);
            if (step is LeaseStep.Stop or LeaseStep.GiveUp)
            {
                (cell.Lease, cell.State) = (0, default(LeaseState).Ended(LeaseEnd.RanOut));
                Acquire(cell);
            }
            else if (step == LeaseStep.Renew && !cell.Asking)
            {
                Renew(cell);
            }

            At(_now + 10 + (_random.NextDouble() * 40), () => Step(cell));
        }

        private void Acquire(Cell cell)
        {
            if (cell.AcquiringUntil > _now)
                return;
            cell.AcquiringUntil = _now + 500;
            var sentAt = cell.Clock(_now);
            var attempt = ++cell.Attempt;
            Send(() =>
            {
                Expire();
                if (_key is { } held && held.Cell != cell)
                    return;
                var lease = _nextLease++;
                (_key, _ranOutAt) = ((cell, lease), _now + (LeaseTerms.Default.TimeToLive.TotalMilliseconds / _storeRate));
                Send(() =>
                {
                    if (attempt != cell.Attempt || cell.Lease != 0)
                        return;
                    (cell.Lease, cell.State) = (lease, LeaseState.Granted(LeaseTerms.Default, sentAt));
                    Held++;
                }, () => cell.FrozenUntil);
            }, () => _storeFrozenUntil);
        }

        private void Renew(Cell cell)
        {
            cell.Asking = true;
            var sentAt = cell.Clock(_now);
            var lease = cell.Lease;
            var done = false;
            Send(() =>
            {
                Expire();
                var ours = _key is { } held && held.Lease == lease;
                if (ours)
                    _ranOutAt = _now + (LeaseTerms.Default.TimeToLive.TotalMilliseconds / _storeRate);
                Send(() => Answer(ours ? RenewalAnswer.Renewed : RenewalAnswer.Gone), () => cell.FrozenUntil);
            }, () => _storeFrozenUntil);
            At(_now + (LeaseTerms.Default.AnswerWithin.TotalMilliseconds / cell.Rate), () => Answer(RenewalAnswer.Unanswered));

            void Answer(RenewalAnswer answer)
            {
                if (done || cell.Lease != lease)
                    return;
                (done, cell.Asking) = (true, false);
                cell.State = cell.State.After(LeaseTerms.Default, sentAt, answer, cell.Clock(_now));
            }
        }

        private void Expire()
        {
            if (_key is not null && _now >= _ranOutAt)
                _key = null;
        }

        private sealed class Cell(string name, double rate)
        {
            public string Name => name;

            public double Rate => rate;

            public LeaseState State { get; set; } = default(LeaseState).Ended(LeaseEnd.RanOut);

            public long Lease { get; set; }

            public bool Asking { get; set; }

            public int Attempt { get; set; }

            public double AcquiringUntil { get; set; }

            public double FrozenUntil { get; set; }

            public TimeSpan Clock(double world) => TimeSpan.FromMilliseconds(1_000_000 + (world * rate));
        }
    }
}
