using System.Globalization;

namespace Banyan.Services.Climate;

/// <summary>Times in requests and answers: RFC 3339 to the nanosecond, or nanoseconds since 1970.</summary>
internal static class Timestamps
{
    /// <summary>
    /// Reads <c>2026-03-01T12:00:00Z</c>, <c>2026-03-01T12:00:00.123456789+03:00</c>, <c>1700000000000000000</c>, <c>now</c>
    /// or <c>now-90m</c>. False for anything else, and for times that the service does not take.
    /// </summary>
    public static bool TryParse(string text, long now, out long time)
    {
        time = now;
        if (text == "now")
            return true;
        if (text.StartsWith("now-", StringComparison.Ordinal))
        {
            if (!Durations.TryParse(text[4..], out var back))
                return false;
            time = now - back;
            return Takes(time);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out time))
            return Takes(time);
        return TryParseDate(text, out time) && Takes(time);
    }

    /// <summary>Writes RFC 3339 in UTC, with as many of nine decimals as it takes.</summary>
    public static string Format(long time)
    {
        var seconds = Instants.Floor(time, Instants.Second);
        var rest = time - (seconds * Instants.Second);
        var date = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return rest == 0 ? date + "Z" : $"{date}.{rest.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0')}Z";
    }

    private static bool Takes(long time) => time is >= Instants.Min and <= Instants.Max;

    private static bool TryParseDate(string text, out long time)
    {
        time = 0;

        // The calendar's own type holds 100 ns only, so decimals are read here.
        var dot = text.IndexOf('.');
        var nanoseconds = 0L;
        if (dot >= 0)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
                end++;
            var decimals = text[(dot + 1)..end];
            if (decimals.Length is 0 or > 9)
                return false;
            nanoseconds = long.Parse(decimals.PadRight(9, '0'), CultureInfo.InvariantCulture);
            text = text[..dot] + text[end..];
        }

        if (!DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            return false;
        time = Instants.FromDateTime(date) + nanoseconds;
        return true;
    }
}
