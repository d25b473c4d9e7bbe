using System.Globalization;

namespace Banyan.Cells.Personal.Rights;

/// <summary>Settings of personal data from the blueprint. Immutable.</summary>
/// <param name="Deadline">Within which a request of a person is to be done.</param>
internal sealed record PersonalSettings(TimeSpan Deadline)
{
    /// <summary>The setting: <c>30d</c> or <c>72h</c>.</summary>
    public const string DeadlineSetting = "personal:deadline";

    /// <summary>Where the blueprint says nothing: 30 days, which no month is shorter than but one (GDPR, article 12 (3): one month).</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromDays(30);

    /// <exception cref="ArgumentException">A setting can't be read; the message says what to write.</exception>
    public static PersonalSettings From(CellContext cell) =>
        new(cell.Settings.TryGetValue(DeadlineSetting, out var text) ? Read(text) : DefaultDeadline);

    private static TimeSpan Read(string text) =>
        text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 10_000 && text[^1] is 'h' or 'd'
            ? text[^1] == 'd' ? TimeSpan.FromDays(number) : TimeSpan.FromHours(number)
            : throw new ArgumentException($"{DeadlineSetting} is '{text}'; write days or hours, such as 30d or 72h.", nameof(text));
}
