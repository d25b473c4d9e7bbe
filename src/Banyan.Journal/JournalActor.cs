namespace Banyan.Journal;

/// <summary>
/// Who makes the changes of the present flow of work: set once by whoever has made sure of it, read where an event is made.
/// Flows with <c>async</c>; ends with the method that set it, where that is <c>async</c>. Thread-safe.
/// </summary>
public static class JournalActor
{
    /// <summary>The actor of a request whose caller brought no credential.</summary>
    public const string Anonymous = "anonymous";

    private static readonly AsyncLocal<string?> Flowing = new();

    /// <summary>The subject of who asks, <see cref="Anonymous"/>, or null where nobody does: work of the platform's own.</summary>
    public static string? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }
}
