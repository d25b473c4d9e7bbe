using System.Globalization;

namespace Banyan.Services.Disaster.Cap;

/// <summary>
/// A time as CAP writes it (section 3.3.2): <c>2002-05-24T16:49:00-07:00</c>, to the second, with a numeric offset. Keeps
/// the text, since <c>-00:00</c> (CAP's own way to say UTC) and <c>+00:00</c> are one instant. Equal where the text is.
/// </summary>
internal readonly record struct CapTime
{
    private CapTime(string text, DateTimeOffset instant)
    {
        Text = text;
        Instant = instant;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>The moment.</summary>
    public DateTimeOffset Instant { get; }

    /// <summary>Whether it says UTC by <c>+00:00</c>, where the standard wants <c>-00:00</c>.</summary>
    public bool HasPlusZeroOffset => Text.EndsWith("+00:00", StringComparison.Ordinal);

    /// <summary>The moment, in UTC, to the second, as the standard writes it.</summary>
    public static CapTime From(DateTimeOffset instant)
    {
        var utc = new DateTimeOffset(instant.UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero);
        return new CapTime(utc.ToString("yyyy-MM-dd'T'HH:mm:ss'-00:00'", CultureInfo.InvariantCulture), utc);
    }

    /// <summary>Reads the form of the standard and nothing else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CapTime time)
    {
        time = default;
        if (text.Length != 25 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[22] != ':' || text[19] is not ('+' or '-'))
            return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second)
            || !Digits(text[20..22], out var offsetHours) || !Digits(text[23..25], out var offsetMinutes))
            return false;
        var midnight = hour == 24 && minute == 0 && second == 0;
        if (year is < 2 or > 9998 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || (hour > 23 && !midnight) || minute > 59 || second > 59)
            return false;
        var offset = new TimeSpan(offsetHours, offsetMinutes, 0);
        if (offsetMinutes > 59 || offset > TimeSpan.FromHours(14))
            return false;
        var local = new DateTime(year, month, day, midnight ? 0 : hour, minute, second, DateTimeKind.Unspecified).AddDays(midnight ? 1 : 0);
        time = new CapTime(text.ToString(), new DateTimeOffset(local, text[19] == '-' ? -offset : offset));
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(CapTime other) => Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    public override string ToString() => Text;

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            value = (value * 10) + (c - '0');
        }

        return true;
    }
}
