namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>Texts, names, times and code values.</summary>
internal sealed partial class AlertBinder
{
    private static CapElement? One(Dictionary<string, List<CapElement>> parts, string name) => parts.TryGetValue(name, out var found) ? found[0] : null;

    private static IReadOnlyList<CapElement> Many(Dictionary<string, List<CapElement>> parts, string name) => parts.TryGetValue(name, out var found) ? found : [];

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    /// <summary>The text of an element that may hold nothing else; null where there is no element.</summary>
    private string? Text(CapElement? element)
    {
        if (element is { Children: [var child, ..] })
            problems.Error(element, Rules.Schema, $"'{element.Name}' holds text only, but has an element '{child.Name}'. Escape markup in text.");
        return element?.Text;
    }

    private string Required(CapElement? element, string rule)
    {
        if (element is { IsBlank: true, Children.Count: 0 })
            problems.Error(element, rule, $"'{element.Name}' is required and empty. Give its text.");
        return Text(element) ?? "";
    }

    /// <summary>An identifier or a sender: no spaces, no commas, none of <![CDATA[< > &]]>.</summary>
    private string Name(CapElement? element)
    {
        var name = Required(element, Rules.Alert);
        foreach (var c in name)
        {
            if (!char.IsWhiteSpace(c) && c is not (',' or '<' or '>' or '&') && !char.IsControl(c))
                continue;
            var what = char.IsWhiteSpace(c) || char.IsControl(c) ? "a space" : $"'{c}'";
            problems.Error(element!, Rules.Alert, $"'{Shorten(name.Trim())}' contains {what}. '{element!.Name}' must not contain spaces, commas, or any of < > &.");
            break;
        }

        if (name.Length > MaxNameLength)
            problems.Error(element!, Rules.Practice, $"'{element!.Name}' has {name.Length} characters; at most {MaxNameLength} are taken.");
        return name;
    }

    /// <summary>What an index of the database can hold with room to spare.</summary>
    private const int MaxNameLength = 500;

    private CapTime? Time(CapElement? element)
    {
        // xs:dateTime collapses white space around it.
        if (Text(element)?.Trim() is not { } text)
            return null;
        if (!CapTime.TryParse(text, out var time))
        {
            var remedy = text.EndsWith('Z') ? "A letter for the time zone is not allowed: for UTC write -00:00, as in 2002-05-24T16:49:00-00:00." : "Write it as 2002-05-24T16:49:00-07:00: to the second, with a numeric offset.";
            problems.Error(element!, Rules.DateTime, $"'{Shorten(text)}' is not a CAP time. {remedy}");
            return null;
        }

        if (time.HasPlusZeroOffset)
            problems.Warn(element!, Rules.DateTime, "UTC is written -00:00 in CAP; +00:00 is understood.");
        return time;
    }

    private T? Code<T>(CapElement? element)
        where T : struct, Enum
    {
        if (Text(element) is not { } text || element!.Children.Count > 0)
            return null;
        if (Enum.TryParse<T>(text, ignoreCase: false, out var value) && Enum.IsDefined(value) && value.ToString() == text)
            return value;
        var near = Enum.GetNames<T>().FirstOrDefault(n => string.Equals(n, text.Trim(), StringComparison.OrdinalIgnoreCase));
        problems.Error(element, Rules.Schema, $"'{Shorten(text)}' is not a value of '{element.Name}'. {(near is null ? $"Use one of {string.Join(", ", Enum.GetNames<T>())}." : $"Write exactly '{near}'.")}");
        return null;
    }
}
