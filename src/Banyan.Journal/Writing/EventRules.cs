namespace Banyan.Journal.Writing;

/// <summary>What an event must be before it is sent to the database: a wrong one is a mistake of the program that made it.</summary>
internal static class EventRules
{
    /// <summary>The most characters of topic, type, subject and the like.</summary>
    public const int MaxNameLength = 1024;

    /// <exception cref="ArgumentException">The event breaks a rule; the message says which.</exception>
    public static void Check(JournalEvent one)
    {
        ArgumentNullException.ThrowIfNull(one);
        if (one.Id == Guid.Empty)
            throw new ArgumentException("A journal event must have an id.", nameof(one));
        CheckName(one.Topic, nameof(one.Topic), required: true);
        CheckName(one.Type, nameof(one.Type), required: true);
        CheckName(one.ContentType, nameof(one.ContentType), required: true);
        CheckName(one.Subject, nameof(one.Subject), required: false);
        CheckName(one.TraceParent, nameof(one.TraceParent), required: false);
        CheckName(one.Actor, nameof(one.Actor), required: false);
        if (one.Data is null)
            throw new ArgumentException($"Journal event of topic '{one.Topic}': Data is null.", nameof(one));
        if (one.Data.Length > JournalEvent.MaxDataLength)
            throw new ArgumentException($"Journal event of topic '{one.Topic}': Data has {one.Data.Length} characters; at most {JournalEvent.MaxDataLength} are allowed. Store the rest in the service's own rows.", nameof(one));
        CheckCharacters(one.Data, nameof(one.Data));
    }

    private static void CheckName(string? value, string name, bool required)
    {
        if (string.IsNullOrEmpty(value))
        {
            if (required)
                throw new ArgumentException($"A journal event must have a {name}.", nameof(value));
            return;
        }

        if (value.Length > MaxNameLength)
            throw new ArgumentException($"{name} of a journal event has {value.Length} characters; at most {MaxNameLength} are allowed.", nameof(value));
        CheckCharacters(value, name);
    }

    // PostgreSQL has no text with U+0000; better said here than as an error of the whole batch.
    private static void CheckCharacters(string value, string name)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"{name} of a journal event holds the character U+0000, which can't be stored.", nameof(value));
    }
}
