using System.Globalization;

namespace Banyan.Cells.Gateway.Limits;

/// <summary>
/// So many requests in a window of time, counted by the generic cell rate algorithm: the whole quota may come at once, and
/// comes back evenly. Immutable but for texts that are kept.
/// </summary>
public sealed class RateLimit
{
    /// <summary>Up to so many texts of the <c>RateLimit</c> field are kept, one for each number of requests that are left.</summary>
    private const int MostTexts = 20_000;

    private readonly string?[] _texts;

    /// <param name="name">What the policy is called in the header fields: lower-case letters, digits and dashes.</param>
    /// <param name="quota">Requests in a window, at least 1.</param>
    /// <param name="window">At least a millisecond for each request.</param>
    /// <exception cref="ArgumentException">One of them is out of its range.</exception>
    public RateLimit(string name, int quota, TimeSpan window)
    {
        if (name.Length is 0 or > 64 || name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-"))
            throw new ArgumentException("A limit's name is 1 to 64 lower-case letters, digits and dashes.", nameof(name));
        ArgumentOutOfRangeException.ThrowIfLessThan(quota, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, TimeSpan.FromTicks(quota * 10L));
        (Name, Quota, Window) = (name, quota, window);
        Policy = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={quota};w={(long)Math.Ceiling(window.TotalSeconds)}");
        _texts = new string?[Math.Min(quota, MostTexts) + 1];
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Requests in a window.</summary>
    public int Quota { get; }

    /// <summary>The window.</summary>
    public TimeSpan Window { get; }

    /// <summary>The member of <c>RateLimit-Policy</c> (draft-ietf-httpapi-ratelimit-headers).</summary>
    public string Policy { get; }

    /// <summary>How long one request weighs.</summary>
    internal TimeSpan Interval => Window / Quota;

    /// <summary>The member of <c>RateLimit</c>: how many are left, and in how many seconds all are again.</summary>
    internal string Text(int remaining) => remaining < _texts.Length ? _texts[remaining] ??= Write(remaining) : Write(remaining);

    private string Write(int remaining) => string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";r={remaining};t={(long)Math.Ceiling((Interval * (Quota - remaining)).TotalSeconds)}");
}
