namespace Banyan.Blueprints.Access;

/// <summary>
/// Which actions are meant. An action is three words, <c>service.thing.verb</c>; in a pattern <c>*</c> stands for any one word,
/// and at the end for all that are left: <c>disaster.alerts.issue</c>, <c>disaster.alerts.*</c>, <c>disaster.*</c>,
/// <c>*.*.read</c>, <c>*</c>. Immutable; matching allocates nothing.
/// </summary>
public sealed record ActionPattern
{
    /// <summary>The longest action or pattern.</summary>
    public const int MaxLength = 200;

    private ActionPattern(string text, string? service, string? thing, string? verb) => (Text, Service, Thing, Verb) = (text, service, thing, verb);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The service that it names; null for any.</summary>
    public string? Service { get; }

    /// <summary>The thing that it names; null for any.</summary>
    public string? Thing { get; }

    /// <summary>The verb that it names; null for any.</summary>
    public string? Verb { get; }

    /// <summary>Reads a pattern; null where the text is none.</summary>
    public static ActionPattern? TryParse(string text)
    {
        if (text.Length is 0 or > MaxLength)
            return null;
        var words = text.Split('.');
        if (words.Length > 3 || (words.Length < 3 && words[^1] != "*") || !Array.TrueForAll(words, static w => w == "*" || IsWord(w)))
            return null;
        return new(text, Word(0), Word(1), Word(2));

        string? Word(int at) => at < words.Length && words[at] != "*" ? words[at] : null;
    }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">The text is none.</exception>
    internal static ActionPattern Parse(string text) => TryParse(text) ?? throw new ArgumentException($"'{text}' is no pattern of actions", nameof(text));

    /// <summary>Whether a text is an action: three words of lower case letters, digits and hyphens with dots between.</summary>
    public static bool IsAction(string text) =>
        text.Length <= MaxLength && TryParse(text) is { Service: not null, Thing: not null, Verb: not null };

    /// <summary>Whether the action is meant. A text that is no three words never is.</summary>
    public bool Matches(ReadOnlySpan<char> action)
    {
        var first = action.IndexOf('.');
        if (first < 0)
            return false;
        var rest = action[(first + 1)..];
        var second = rest.IndexOf('.');
        if (second < 0)
            return false;
        var verb = rest[(second + 1)..];
        return !verb.Contains('.') && Is(Service, action[..first]) && Is(Thing, rest[..second]) && Is(Verb, verb);
    }

    /// <summary>As the other, of a pattern that is only text; false where the text is no pattern. Allocates nothing.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> action)
    {
        while (true)
        {
            int of = pattern.IndexOf('.'), at = action.IndexOf('.');
            var word = of < 0 ? pattern : pattern[..of];
            var asked = at < 0 ? action : action[..at];
            if (word is "*" && of < 0)
                return asked.Length > 0;
            if (word.Length == 0 || (word is not "*" && !word.SequenceEqual(asked)) || of < 0 != at < 0)
                return false;
            if (of < 0)
                return true;
            pattern = pattern[(of + 1)..];
            action = action[(at + 1)..];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool Is(string? word, ReadOnlySpan<char> asked) => word is null ? asked.Length > 0 : asked.SequenceEqual(word);

    private static bool IsWord(string word) => word.Length is > 0 and <= 63 && word[0] != '-' && word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
