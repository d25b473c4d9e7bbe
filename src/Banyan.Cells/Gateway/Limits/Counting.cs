using System.Globalization;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;

namespace Banyan.Cells.Gateway.Limits;

/// <summary>The limits of the blueprint that count for one request. Immutable.</summary>
internal readonly record struct Counting
{
    /// <summary>Whose requests count on a route's own limit.</summary>
    public const string Everybody = "all";

    public AppliedLimit? Address { get; init; }

    public AppliedLimit? Subject { get; init; }

    public AppliedLimit? Key { get; init; }

    public AppliedLimit? Route { get; init; }

    /// <summary>Whether one of them has a quota.</summary>
    public bool HasQuota => Address?.Limit.Quota is not null || Subject?.Limit.Quota is not null || Key?.Limit.Quota is not null || Route?.Limit.Quota is not null;

    /// <summary>Those that have a quota, each with whom it counts together.</summary>
    public IEnumerable<(AccessLimit Limit, string Who)> Quotas(Caller caller, UInt128 address)
    {
        if (Address is { Limit: { Quota: not null } of })
            yield return (of, address.ToString("x", CultureInfo.InvariantCulture));
        if (Subject is { Limit: { Quota: not null } subjects })
            yield return (subjects, caller.Subject);
        if (Key is { Limit: { Quota: not null } keys })
            yield return (keys, caller.Client!);
        if (Route is { Limit: { Quota: not null } routes })
            yield return (routes, Everybody);
    }
}
