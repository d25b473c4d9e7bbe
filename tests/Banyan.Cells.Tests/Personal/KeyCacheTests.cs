using Banyan.Cells.Personal.Vault;

namespace Banyan.Cells.Tests.Personal;

public class KeyCacheTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(static i => (byte)i)];

    [Fact]
    public void Keep_MoreThanTheLimit_ForgetsTheLeastRecentlyUsed()
    {
        var cache = new KeyCache(2, TimeSpan.FromMinutes(5), TimeProvider.System);
        cache.Keep(Name("a"), Key, cache.Stamp);
        cache.Keep(Name("b"), Key, cache.Stamp);
        Has(cache, "a").ShouldBeTrue();

        cache.Keep(Name("c"), Key, cache.Stamp);

        (Has(cache, "a"), Has(cache, "b"), Has(cache, "c")).ShouldBe((true, false, true));
        cache.Count.ShouldBe(2);
    }

    [Fact]
    public void TryCopy_PastItsTime_ForgetsIt()
    {
        var time = new ManualTime();
        var cache = new KeyCache(2, TimeSpan.FromMinutes(5), time);
        cache.Keep(Name("a"), Key, cache.Stamp);
        time.Advance(TimeSpan.FromMinutes(4));
        Has(cache, "a").ShouldBeTrue();

        time.Advance(TimeSpan.FromMinutes(1));

        Has(cache, "a").ShouldBeFalse();
        cache.Count.ShouldBe(0);
    }

    [Fact]
    public void Keep_ReadBeforeARemoval_IsNotKept()
    {
        var cache = new KeyCache(2, TimeSpan.FromMinutes(5), TimeProvider.System);
        var stamp = cache.Stamp;

        cache.Remove(Name("a"));
        cache.Keep(Name("a"), Key, stamp);

        Has(cache, "a").ShouldBeFalse();
    }

    [Fact]
    public void TryCopy_WhatWasKept_IsACopy()
    {
        var cache = new KeyCache(2, TimeSpan.FromMinutes(5), TimeProvider.System);
        cache.Keep(Name("a"), Key, cache.Stamp);
        var copy = new byte[32];
        cache.TryCopy(Name("a"), copy).ShouldBeTrue();

        cache.Remove(Name("a"));

        copy.ShouldBe(Key);
    }

    private static KeyName Name(string name) => new(KeyKind.Subject, name);

    private static bool Has(KeyCache cache, string name) => cache.TryCopy(Name(name), new byte[32]);

    private sealed class ManualTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}
