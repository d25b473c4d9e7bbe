using Banyan.Engines.Consensus;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Engines.Tests.Consensus;

/// <summary>The single store against the plainest thing that does the same: any sequence of calls, time and restarts between them.</summary>
public sealed class StoreModelTests : IDisposable
{
    private static readonly string[] Keys = ["a", "b", "b/c", "b/d"];

    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-model-").FullName;
    private int _runs;

    private enum Act
    {
        Put,
        PutIfAbsent,
        PutIfUnchanged,
        PutStale,
        Delete,
        Grant,
        PutLeased,
        Renew,
        Revoke,
        Wait,
        Restart,
    }

    [Fact]
    public void Calls_AnySequence_DoWhatTheModelDoes()
    {
        var step = from act in Gen.Elements(Enum.GetValues<Act>()) from key in Gen.Elements(Keys) from number in Gen.Choose(0, 3) select (Act: act, Key: key, Number: number);
        Prop.ForAll(step.ArrayOf().ToArbitrary(), steps => Run(steps).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(150).WithEndSize(60));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task Run((Act Act, string Key, int Number)[] steps)
    {
        var stop = CancellationToken.None;
        var time = new ManualTime();
        var folder = Path.Combine(_folder, $"{_runs++}");
        var store = SingleStore.Open(folder, time);
        var model = new Model();
        var text = 0;
        try
        {
            foreach (var (act, key, number) in steps)
            {
                var value = $"{text++}";
                var lease = model.Granted.Count == 0 ? 0 : model.Granted[number % model.Granted.Count];
                switch (act)
                {
                    case Act.Put:
                        await CommitAsync([], [new StoreWrite(key, value)]);
                        break;
                    case Act.PutIfAbsent:
                        await CommitAsync([new StoreCondition(key, 0)], [new StoreWrite(key, value)]);
                        break;
                    case Act.PutIfUnchanged:
                        await CommitAsync([new StoreCondition(key, model.Values.GetValueOrDefault(key)?.Revision ?? 0)], [new StoreWrite(key, value), new StoreWrite(Keys[number] + "x", value)]);
                        break;
                    case Act.PutStale:
                        await CommitAsync([new StoreCondition(key, model.Revision + 1)], [new StoreWrite(key, value)]);
                        break;
                    case Act.Delete:
                        await CommitAsync([], [new StoreWrite(key, null), new StoreWrite("never", null)]);
                        break;
                    case Act.Grant:
                        model.Grant((await store.GrantAsync(TimeSpan.FromSeconds(1 + number), stop)).Id, 1 + number);
                        break;
                    case Act.PutLeased:
                        await CommitAsync([], [new StoreWrite(key, value, lease)]);
                        break;
                    case Act.Renew:
                        (await store.RenewAsync(lease, stop)).ShouldBe(model.Renew(lease));
                        break;
                    case Act.Revoke:
                        await store.RevokeAsync(lease, stop);
                        model.End(lease);
                        break;
                    case Act.Wait:
                        for (var i = 0; i <= number; i++)
                        {
                            time.Advance(TimeSpan.FromSeconds(1));
                            model.Advance();
                        }

                        // Ends of leases are made behind the clock's back: what is asked next comes after them.
                        await store.RevokeAsync(0, stop);
                        break;
                    case Act.Restart:
                        await store.DisposeAsync();
                        store = SingleStore.Open(folder, time);
                        model.Restart();
                        break;
                }

                var list = await store.ListAsync("", stop);
                list.Values.ShouldBe(model.Values.Values.OrderBy(static v => v.Key, StringComparer.Ordinal));
                list.Revision.ShouldBe(model.Revision);
                (await store.ListAsync("b/", stop)).Values.ShouldBe(list.Values.Where(static v => v.Key.StartsWith("b/", StringComparison.Ordinal)));
                (await store.GetAsync(key, stop)).ShouldBe(model.Values.GetValueOrDefault(key));
            }

            await FollowAsync();
        }
        finally
        {
            await store.DisposeAsync();
        }

        async Task CommitAsync(StoreCondition[] conditions, StoreWrite[] writes)
        {
            var expected = model.Commit(conditions, writes);
            (await store.CommitAsync(conditions, writes, stop)).ShouldBe(expected);
        }

        // Whoever watched from the beginning has what is there now.
        async Task FollowAsync()
        {
            if (model.Revision == 0)
                return;
            var seen = new Dictionary<string, StoredValue>();
            var last = 0L;
            await store.CommitAsync([], [new StoreWrite("end", "")], stop);
            await foreach (var change in store.WatchAsync("", 0, stop))
            {
                change.Revision.ShouldBeGreaterThanOrEqualTo(last);
                last = change.Revision;
                if (change.Key == "end")
                    break;
                if (change.Value is null)
                    seen.Remove(change.Key).ShouldBeTrue();
                else
                    seen[change.Key] = change.Value;
            }

            seen.Values.OrderBy(static v => v.Key, StringComparer.Ordinal).ShouldBe(model.Values.Values.OrderBy(static v => v.Key, StringComparer.Ordinal));
        }
    }

    private sealed class Model
    {
        private readonly Dictionary<long, (int Whole, int Left)> _leases = [];

        public Dictionary<string, StoredValue> Values { get; } = [];

        public List<long> Granted { get; } = [];

        public long Revision { get; private set; }

        public StoreCommit Commit(StoreCondition[] conditions, StoreWrite[] writes)
        {
            if (conditions.Any(c => (Values.GetValueOrDefault(c.Key)?.Revision ?? 0) != c.Revision) || writes.Any(w => w.Lease is { } lease && !_leases.ContainsKey(lease)))
                return new StoreCommit(false, Revision);
            if (writes.Any(w => w.Value is not null || Values.ContainsKey(w.Key)))
                Revision++;
            foreach (var write in writes)
            {
                if (write.Value is null)
                    Values.Remove(write.Key);
                else
                    Values[write.Key] = new StoredValue(write.Key, write.Value, Revision, write.Lease);
            }

            return new StoreCommit(true, Revision);
        }

        public void Grant(long lease, int seconds)
        {
            Granted.Add(lease);
            _leases[lease] = (seconds, seconds);
        }

        public bool Renew(long lease)
        {
            if (!_leases.TryGetValue(lease, out var time))
                return false;
            _leases[lease] = (time.Whole, time.Whole);
            return true;
        }

        public void End(long lease)
        {
            if (!_leases.Remove(lease))
                return;
            var keys = Values.Values.Where(v => v.Lease == lease).Select(static v => v.Key).ToList();
            if (keys.Count > 0)
                Revision++;
            keys.ForEach(k => Values.Remove(k));
        }

        public void Advance()
        {
            foreach (var (lease, (whole, left)) in _leases.ToList())
                _leases[lease] = (whole, left - 1);
            // Of those that run out at one time, the order is that of their grants.
            foreach (var lease in Granted.Where(l => _leases.TryGetValue(l, out var time) && time.Left == 0).ToList())
                End(lease);
        }

        public void Restart()
        {
            foreach (var (lease, (whole, _)) in _leases.ToList())
                _leases[lease] = (whole, whole);
        }
    }
}
