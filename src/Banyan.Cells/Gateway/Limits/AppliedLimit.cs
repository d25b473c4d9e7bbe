using Banyan.Blueprints.Access;

namespace Banyan.Cells.Gateway.Limits;

/// <summary>A limit of the blueprint, ready to be counted. Immutable.</summary>
/// <param name="limit">As the blueprint has it.</param>
/// <param name="rate">How often; null where only the quota counts.</param>
internal sealed class AppliedLimit(AccessLimit limit, RateLimit? rate)
{
    public AccessLimit Limit => limit;

    public RateLimit? Rate => rate;

    public static AppliedLimit Of(AccessLimit limit) => new(
        limit,
        limit.RatePerSecond is { } rate and > 0 ? new RateLimit(limit.Name, limit.Burst, TimeSpan.FromSeconds(limit.Burst / rate)) : null);

    /// <summary>The quota's member of <c>RateLimit-Policy</c>; null where there is none.</summary>
    public string? QuotaPolicy { get; } = Write(limit);

    private static string? Write(AccessLimit limit) => limit.Quota is { } quota ? FormattableString.Invariant($"\"{limit.Name}-quota\";q={quota};w={limit.QuotaSeconds}") : null;
}
