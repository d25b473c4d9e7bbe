namespace Banyan.Services.Disaster.Cap.Reading;

/// <summary>Sections 3.2.2 and 3.2.3.</summary>
internal sealed partial class AlertBinder
{
    private static readonly Sequence InfoParts = new(
        "language?", "category+", "event", "responseType*", "urgency", "severity", "certainty", "audience?", "eventCode*", "effective?", "onset?", "expires?",
        "senderName?", "headline?", "description?", "instruction?", "web?", "contact?", "parameter*", "resource*", "area*");

    private static readonly Sequence ResourceParts = new("resourceDesc", "mimeType", "size?", "uri?", "derefUri?", "digest?");

    private static readonly Sequence ValueParts = new("valueName", "value");

    private CapInfo Info(CapElement element, CapTime? sent, string? messageType)
    {
        var parts = InfoParts.Check(element, problems);
        var info = new CapInfo
        {
            Language = Language(One(parts, "language")),
            Categories = [.. Many(parts, "category").Select(e => Code<CapCategory>(e) ?? default)],
            Event = Required(One(parts, "event"), Rules.Info),
            ResponseTypes = [.. Many(parts, "responseType").Select(e => Code<CapResponseType>(e) ?? default)],
            Urgency = Code<CapUrgency>(One(parts, "urgency")) ?? default,
            Severity = Code<CapSeverity>(One(parts, "severity")) ?? default,
            Certainty = Code<CapCertainty>(One(parts, "certainty")) ?? default,
            Audience = Text(One(parts, "audience")),
            EventCodes = [.. Many(parts, "eventCode").Select(Value)],
            Effective = Time(One(parts, "effective")),
            Onset = Time(One(parts, "onset")),
            Expires = Time(One(parts, "expires")),
            SenderName = Text(One(parts, "senderName")),
            Headline = Text(One(parts, "headline")),
            Description = Text(One(parts, "description")),
            Instruction = Text(One(parts, "instruction")),
            Web = Text(One(parts, "web")),
            Contact = Text(One(parts, "contact")),
            Parameters = [.. Many(parts, "parameter").Select(Value)],
            Resources = [.. Many(parts, "resource").Select(Resource)],
            Areas = [.. Many(parts, "area").Select(Area)],
        };
        CheckTimes(parts, info, sent, messageType);
        if (One(parts, "web") is { IsBlank: false } web && !Uri.TryCreate(web.Text.Trim(), UriKind.Absolute, out _))
            problems.Warn(web, Rules.Info, "'web' should be a whole address, such as https://example.org/alerts/1.");
        return info;
    }

    private void CheckTimes(Dictionary<string, List<CapElement>> parts, CapInfo info, CapTime? sent, string? messageType)
    {
        if (info.Expires is not { } expires || One(parts, "expires") is not { } element)
            return;
        var begins = info.Effective ?? sent;
        if (begins is { } begin && expires.Instant <= begin.Instant)
        {
            var message = $"It ends at {expires}, not after {(info.Effective is null ? "it was sent" : "it takes effect")} at {begin}. Correct 'expires' or '{(info.Effective is null ? "sent" : "effective")}'.";
            // A message that ends others may itself have nothing left to say.
            if (messageType is nameof(CapMessageType.Alert) or nameof(CapMessageType.Update))
                problems.Error(element, Rules.Info, message);
            else
                problems.Warn(element, Rules.Info, message);
        }
        else if (sent is { } s && expires.Instant <= s.Instant && messageType is nameof(CapMessageType.Alert) or nameof(CapMessageType.Update))
        {
            problems.Warn(element, Rules.Info, "It had ended before it was sent, so it will never be active.");
        }

        if (info.Onset is { } onset && onset.Instant > expires.Instant)
            problems.Warn(element, Rules.Info, $"The information ends at {expires}, before the event is expected to begin at {onset}. Make sure that an Update follows in time.");
    }

    private string? Language(CapElement? element)
    {
        if (Text(element)?.Trim() is not { } code)
            return null;
        var subtags = code.Split('-');
        if (!subtags.All(static s => s.Length is >= 1 and <= 8 && s.All(char.IsAsciiLetterOrDigit)) || !subtags[0].All(char.IsAsciiLetter))
            problems.Error(element!, Rules.Info, $"'{Shorten(code)}' is not a language code. Write a code of RFC 3066, such as sw or en-KE, or leave the element out for en-US.");
        return code;
    }

    private CapResource Resource(CapElement element)
    {
        var parts = ResourceParts.Check(element, problems);
        var resource = new CapResource
        {
            Description = Required(One(parts, "resourceDesc"), Rules.Resource),
            MimeType = Text(One(parts, "mimeType")) ?? "",
            Size = Text(One(parts, "size"))?.Trim(),
            Uri = Text(One(parts, "uri")),
            DerefUri = Text(One(parts, "derefUri")),
            Digest = Text(One(parts, "digest")),
        };
        if (One(parts, "mimeType") is { } mimeType && !(mimeType.Text.Trim().Split('/') is [{ Length: > 0 }, { Length: > 0 }]))
            problems.Warn(mimeType, Rules.Resource, $"'{Shorten(mimeType.Text)}' is not a media type. Write one of RFC 2046, such as image/png.");
        if (One(parts, "size") is { } size && !(resource.Size!.TrimStart('+', '-') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit) && digits.Length >= resource.Size.Length - 1))
            problems.Error(size, Rules.Schema, $"'{Shorten(size.Text)}' is not a whole number of bytes.");
        if (One(parts, "derefUri") is { IsBlank: false } content)
            problems.Warn(content, Rules.Resource, "'derefUri' is for one-way links. It is kept in the XML but not put into JSON, streams and feeds; give a 'uri' too.");
        else if (One(parts, "uri") is { IsBlank: false } uri && !Uri.TryCreate(uri.Text.Trim(), UriKind.Absolute, out _))
            problems.Warn(uri, Rules.Resource, "Without 'derefUri', 'uri' should be a whole address, such as https://example.org/map.png.");
        return resource;
    }

    private CapValue Value(CapElement element)
    {
        var parts = ValueParts.Check(element, problems);
        return new CapValue(Required(One(parts, "valueName"), element.Name == "geocode" ? Rules.Area : Rules.Info), Text(One(parts, "value")) ?? "");
    }
}
