using System.Collections.Concurrent;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;

namespace Banyan.Cells.Gateway.Limits;

/// <summary>
/// How often callers may ask: the blueprint's limits and the endpoint's own, counted by address, subject, key and route.
/// Bounded; thread-safe.
/// </summary>
internal sealed class GatewayLimits(AccessOptions access, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly BoundedCache<Counted, RateBucket> _buckets = new(access.MostCounted * 4);
    private readonly BoundedCache<UInt128, RateBucket> _failures = new(access.MostCounted);
    private readonly ConcurrentDictionary<AccessLimit, AppliedLimit> _applied = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<PolicyTexts, string> _policies = new();

    /// <summary>The time that buckets are measured by, in ticks; never goes back, and 0 is long ago.</summary>
    public long Now => time.GetElapsedTime(_began).Ticks + (TimeSpan.TicksPerDay * 3660);

    /// <summary>Whether the address may try another credential.</summary>
    public RateAnswer LookAtFailures(UInt128 address) =>
        _failures.TryGet(address, out var bucket) ? bucket.Look(access.Failures, Now) : new RateAnswer(access.Failures, true, access.Failures.Quota, 0);

    /// <summary>The address brought a credential that is none.</summary>
    public void CountFailure(UInt128 address) => _failures.GetOrAdd(address, static (_, _) => new RateBucket(), 0).Take(access.Failures, Now);

    /// <summary>The blueprint's limit of this kind for a request; null where there is none.</summary>
    public AppliedLimit? Find(LimitPer per, in AccessQuestion question, ReadOnlySpan<char> path)
    {
        if (access.Policy.FindLimit(per, question, path) is not { } limit)
            return null;
        return _applied.TryGetValue(limit, out var applied) ? applied : _applied.GetOrAdd(limit, AppliedLimit.Of);
    }

    /// <summary>Takes one of a limit.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="who">Whose requests are counted together; null where <paramref name="address"/> says it.</param>
    /// <param name="address">The client's.</param>
    /// <param name="now">The time.</param>
    public RateAnswer Take(RateLimit limit, string? who, UInt128 address, long now) =>
        _buckets.GetOrAdd(new Counted(limit, who, who is null ? address : 0), static (_, _) => new RateBucket(), 0).Take(limit, now);

    /// <summary>The value of <c>RateLimit-Policy</c> for these limits.</summary>
    public string Policies(in Counting limits, RouteLimit? own)
    {
        var key = new PolicyTexts(limits, own);
        return _policies.TryGetValue(key, out var text) ? text : _policies.GetOrAdd(key, static k => k.Write());
    }

    /// <summary>Limits are made once, and compared by reference.</summary>
    private readonly record struct Counted(RateLimit Limit, string? Who, UInt128 Address);

    private readonly record struct PolicyTexts(Counting Limits, RouteLimit? Own)
    {
        public string Write() => string.Join(", ", new[] { Limits.Address, Limits.Subject, Limits.Key, Limits.Route }.SelectMany(static l => new[] { l?.Rate?.Policy, l?.QuotaPolicy }).Append(Own?.Limit.Policy).OfType<string>());
    }
}
