using System.Globalization;
using System.Runtime.CompilerServices;

namespace Banyan.Console.Figures;

/// <summary>Numbers as people read them. The same everywhere in the console; pure.</summary>
public static class Figure
{
    /// <summary>What stands where a number is not known.</summary>
    public const string Unknown = "–";

    private static readonly string[] Thousands = ["", "k", "M", "G", "T"];
    private static readonly string[] Bytes = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>A rate or a count: <c>0</c>, <c>3.4</c>, <c>812</c>, <c>12.3k</c>.</summary>
    public static string Count(double? value) => value is { } number ? Scale(number, Thousands, "") : Unknown;

    /// <summary>A size: <c>812 B</c>, <c>8.4 MB</c>.</summary>
    public static string Size(long? bytes) => bytes is { } number ? Scale(number, Bytes, " ") : Unknown;

    /// <summary>How long something lasts: <c>12 s</c>, <c>4 min</c>, <c>3 h 12 min</c>, <c>2 d 4 h</c>. Nothing is below zero.</summary>
    public static string Duration(TimeSpan? time) => time switch
    {
        null => Unknown,
        { TotalSeconds: < 1 } => "0 s",
        { TotalMinutes: < 1 } t => Whole($"{t.Seconds} s"),
        { TotalHours: < 1 } t => Whole($"{t.Minutes} min"),
        { TotalDays: < 1 } t => t.Minutes == 0 ? Whole($"{t.Hours} h") : Whole($"{t.Hours} h {t.Minutes} min"),
        { } t => t.Hours == 0 ? Whole($"{t.Days} d") : Whole($"{t.Days} d {t.Hours} h"),
    };

    /// <summary>How long ago, in steps of ten seconds at first, so that a live page does not flicker: <c>just now</c>, <c>20 s ago</c>, <c>4 min ago</c>.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now) => (now - then) switch
    {
        { TotalSeconds: < 10 } => "just now",
        { TotalMinutes: < 1 } t => Whole($"{t.Seconds / 10 * 10} s ago"),
        var t => $"{Duration(t)} ago",
    };

    /// <summary>A moment in UTC: <c>12:04:31</c>.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A moment in UTC with its day: <c>2025-11-21 12:04 UTC</c>.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A moment for machines (RFC 3339), for <c>datetime</c> attributes.</summary>
    public static string Machine(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A coordinate pair: <c>1.29° S, 36.82° E</c>.</summary>
    public static string Place(double latitude, double longitude) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(latitude):0.##}° {(latitude < 0 ? 'S' : 'N')}, {Math.Abs(longitude):0.##}° {(longitude < 0 ? 'W' : 'E')}");

    private static string Scale(double value, string[] units, string gap)
    {
        var unit = 0;
        while (Math.Abs(value) >= 999.5 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        var plain = unit == 0 && gap.Length > 0;
        var format = plain || Math.Abs(value) >= 99.95 ? "0" : "0.#";
        return string.Concat(value.ToString(format, CultureInfo.InvariantCulture), units[unit].Length > 0 ? gap : "", units[unit]);
    }

    private static string Whole(DefaultInterpolatedStringHandler text) => text.ToStringAndClear();
}
