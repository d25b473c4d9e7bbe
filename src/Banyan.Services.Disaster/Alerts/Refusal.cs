using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Why a message was not taken. Immutable.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">Stable; docs/disaster.md lists them.</param>
/// <param name="Title">The same for each occurrence.</param>
/// <param name="Detail">What is wrong here, and what to do.</param>
/// <param name="Errors">The single problems, where there are several.</param>
internal sealed record Refusal(int Status, string Code, string Title, string Detail, IReadOnlyList<CapProblem>? Errors = null)
{
    public static Refusal Invalid(CapReading reading)
    {
        var errors = reading.Errors.ToList();
        return new(422, "cap-invalid", "Not a valid CAP 1.2 message", errors.Count == 1 ? errors[0].ToString() : $"{errors.Count} problems; the first: {errors[0]}", errors);
    }

    public static Refusal TooLarge(int characters) =>
        new(413, "cap-too-large", "The message is too large", $"Its text takes {characters:N0} characters; at most {Journal.JournalEvent.MaxDataLength:N0} are carried. Split it, or simplify its polygons.");

    public static Refusal Known(Guid id) =>
        new(409, "cap-known", "Another message has this name", $"A message with the same sender, identifier and sent but other content was taken before as {id}. Give the message a new identifier.");

    public static Refusal UnknownReferences(IEnumerable<string> references) =>
        new(422, "cap-reference-unknown", "It refers to messages that are not known here", $"Not known: {string.Join(' ', references)}. An Actual Update or Cancel must refer to messages of the same sender, status and scope that were taken here. Send them first, or issue a new Alert.");

    public static Refusal OtherSender(CapReference reference) =>
        new(422, "cap-reference-foreign", "It refers to another sender's message", $"{reference}: only the sender of a message can update or cancel it. Send an Alert of your own.");

    public static Refusal Superseded(EarlierAlert earlier) =>
        new(409, "cap-superseded", "What it refers to is not the latest", $"{earlier.Sender},{earlier.Identifier},{earlier.SentText} was superseded by {earlier.SupersededBy}. Refer to that message too, after reading what it says.");

    public static Refusal Ended(EarlierAlert earlier) =>
        new(409, "cap-ended", "What it refers to has ended", $"{earlier.Sender},{earlier.Identifier},{earlier.SentText} is {earlier.State.ToText()}. Issue a new Alert.");
}
