using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>From elements to the message, with every rule of section 3.2 on the way. The message is whole only where the list has no error.</summary>
internal sealed partial class AlertBinder(ProblemList problems)
{
    private const string SignatureNamespace = "http://www.w3.org/2000/09/xmldsig#";

    private static readonly Sequence AlertParts = new(
        "identifier", "sender", "sent", "status", "msgType", "source?", "scope", "restriction?", "addresses?", "code*", "note?", "references?", "incidents?", "info*");

    public CapAlert Bind(CapElement root)
    {
        var foreign = new List<CapElement>();
        var parts = AlertParts.Check(root, problems, foreign);
        foreach (var element in foreign.Where(static e => e.Namespace != SignatureNamespace))
            problems.Error(element, Rules.Schema, $"'{element.Name}' of namespace '{element.Namespace}' has no place here: only XML signatures may follow the last info. Carry it as a parameter.");
        var signature = foreign.Find(static e => e.Namespace == SignatureNamespace);
        if (signature is not null)
            problems.Warn(signature, Rules.Signature, "The signature is kept and given back, but it was not verified.");

        var sent = Time(One(parts, "sent"));
        var alert = new CapAlert
        {
            Identifier = Name(One(parts, "identifier")),
            Sender = Name(One(parts, "sender")),
            Sent = sent ?? default,
            Status = Code<CapStatus>(One(parts, "status")) ?? default,
            MessageType = Code<CapMessageType>(One(parts, "msgType")) ?? default,
            Source = Text(One(parts, "source")),
            Scope = Code<CapScope>(One(parts, "scope")) ?? default,
            Restriction = Text(One(parts, "restriction")),
            Addresses = Text(One(parts, "addresses")),
            Codes = [.. Many(parts, "code").Select(e => Text(e)!)],
            Note = Text(One(parts, "note")),
            References = References(One(parts, "references")),
            Incidents = Text(One(parts, "incidents")),
            Infos = [.. Many(parts, "info").Select(e => Info(e, sent, One(parts, "msgType")?.Text))],
            Extensions = [.. foreign.Select(static e => e.Verbatim!)],
        };
        CheckScope(root, parts);
        CheckReferences(root, parts, alert);
        CheckAdvice(root, parts);
        return alert;
    }

    private void CheckScope(CapElement root, Dictionary<string, List<CapElement>> parts)
    {
        var scope = One(parts, "scope")?.Text;
        var restriction = One(parts, "restriction");
        var addresses = One(parts, "addresses");
        if (scope == nameof(CapScope.Restricted) && restriction is null or { IsBlank: true })
            problems.Error(restriction?.Path ?? $"{root.Path}/restriction", (restriction ?? root).Line, Rules.Alert, "The scope is Restricted, so 'restriction' must say to whom. Add its text, or use another scope.");
        if (scope == nameof(CapScope.Private) && addresses is null or { IsBlank: true })
            problems.Error(addresses?.Path ?? $"{root.Path}/addresses", (addresses ?? root).Line, Rules.Alert, "The scope is Private, so 'addresses' must name the recipients. Add them, or use another scope.");
        if (scope is nameof(CapScope.Public) or nameof(CapScope.Private) && restriction is { IsBlank: false })
            problems.Warn(restriction, Rules.Alert, $"'restriction' is for the scope Restricted; this scope is {scope}, so it has no effect.");
        foreach (var list in new[] { addresses, One(parts, "incidents") })
        {
            if (list is not null && list.Text.AsSpan().Count('"') % 2 != 0)
                problems.Error(list, Rules.Alert, $"'{list.Name}' has a double quote without its pair. Quote each name that contains a space on both sides.");
        }
    }

    private void CheckReferences(CapElement root, Dictionary<string, List<CapElement>> parts, CapAlert alert)
    {
        var references = One(parts, "references");
        var type = One(parts, "msgType")?.Text;
        if (type is nameof(CapMessageType.Update) or nameof(CapMessageType.Cancel) or nameof(CapMessageType.Ack) or nameof(CapMessageType.Error) && references is null or { IsBlank: true })
            problems.Error(references?.Path ?? $"{root.Path}/references", (references ?? root).Line, Rules.Alert, $"The message type is {type}, so 'references' must name the messages it is about. Add each as 'sender,identifier,sent'.");
        if (references is null)
            return;
        if (alert.References.Any(r => r.Sender == alert.Sender && r.Identifier == alert.Identifier && r.Sent.Instant == alert.Sent.Instant))
            problems.Error(references, Rules.Alert, "The message refers to itself. Give it an identifier of its own.");
        if (alert.References.Distinct().Count() != alert.References.Length)
            problems.Warn(references, Rules.Alert, "A message is named more than once.");
    }

    private void CheckAdvice(CapElement root, Dictionary<string, List<CapElement>> parts)
    {
        var type = One(parts, "msgType");
        var status = One(parts, "status");
        if (One(parts, "note") is null or { IsBlank: true })
        {
            if (status?.Text == nameof(CapStatus.Exercise))
                problems.Warn(status, Rules.Alert, "An Exercise should name the exercise in 'note'.");
            if (type?.Text == nameof(CapMessageType.Error))
                problems.Warn(type, Rules.Alert, "An Error should explain the rejection in 'note'.");
        }

        if (type?.Text is nameof(CapMessageType.Alert) or nameof(CapMessageType.Update) && Many(parts, "info").Count == 0)
            problems.Warn(root, Rules.Info, "There is no info, so recipients learn nothing of the event.");
    }

    private ImmutableArray<CapReference> References(CapElement? element)
    {
        if (element is null)
            return [];
        var references = ImmutableArray.CreateBuilder<CapReference>();
        foreach (var triple in Text(element)!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = triple.Split(',');
            if (parts.Length == 3 && parts[0].Length > 0 && parts[1].Length > 0 && CapTime.TryParse(parts[2], out var sent))
                references.Add(new CapReference(parts[0], parts[1], sent));
            else
                problems.Error(element, Rules.Alert, $"'{Shorten(triple)}' is not a reference. Write 'sender,identifier,sent' with sent as 2002-05-24T16:49:00-07:00, several separated by spaces.");
        }

        return references.ToImmutable();
    }
}
