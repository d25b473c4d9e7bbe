using System.Globalization;

namespace Banyan.Services.Climate;

/// <summary>Durations as people write them: <c>90s</c>, <c>15m</c>, <c>1h</c>, <c>1d12h</c>, <c>2w</c>. Nanoseconds in a 64-bit number: at most 292 years.</summary>
internal static class Durations
{
    private static readonly (string Name, long Nanoseconds)[] Units =
    [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("µs", 1_000), ("ns", 1),
    ];

    /// <summary>Reads a duration; <c>0</c> needs no unit. False for anything else, also where it is longer than 64 bits of nanoseconds.</summary>
    public static bool TryParse(string? text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text == "0")
            return true;
        if (string.IsNullOrEmpty(text))
            return false;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits <= 0 || !long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            rest = rest[digits..];
            var end = rest.IndexOfAnyInRange('0', '9');
            var name = end < 0 ? rest : rest[..end];
            rest = rest[name.Length..];
            var unit = 0L;
            foreach (var (known, size) in Units)
            {
                if (name.SequenceEqual(known))
                    unit = size;
            }

            if (unit == 0 || Math.BigMul(number, unit, out var product) != 0 || product < 0 || (nanoseconds += product) < 0)
                return false;
        }

        return true;
    }

    /// <summary>Writes a duration in the units it is whole in: <c>1d12h</c>.</summary>
    public static string Format(long nanoseconds)
    {
        if (nanoseconds == 0)
            return "0";
        var text = "";
        foreach (var (name, size) in Units)
        {
            if (nanoseconds / size == 0)
                continue;
            text += (nanoseconds / size).ToString(CultureInfo.InvariantCulture) + name;
            nanoseconds %= size;
        }

        return text;
    }
}
