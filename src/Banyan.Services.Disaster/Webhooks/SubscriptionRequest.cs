using System.Buffers;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Describing;
using Banyan.Cells.Webhooks;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>What a subscriber asks for. Immutable, and valid where <see cref="Problems"/> is empty.</summary>
internal sealed record SubscriptionRequest
{
    /// <summary>The longest body, and so the longest text.</summary>
    public const int MaxText = 64 * 1024;

    private static readonly JsonShape OneOrMore = JsonShape.Either(JsonShape.Text(MaxText), JsonShape.List(JsonShape.Text(MaxText), InterestReader.MaxParts)).OrNull();

    /// <summary>What the body must be like, as it is described and checked before it is read here; null stands for a member that is left out.</summary>
    public static readonly JsonShape Shape = JsonShape.Object(
        ("url", JsonShape.Text(TargetPolicy.MaxLength)),
        ("point?", OneOrMore),
        ("area?", OneOrMore),
        ("geocode?", OneOrMore),
        ("severity?", JsonShape.Word(Enum.GetNames<CapSeverity>()).OrNull() with { AnyCase = true }),
        ("format?", JsonShape.Word("cloudevents", "cap").OrNull()),
        ("secret?", JsonShape.Text(WebhookSecret.MaxLength).OrNull())).WithoutOthers();

    private static readonly string[] Known = ["url", "point", "area", "geocode", "severity", "format", "secret"];

    public IReadOnlyList<string> Problems { get; private init; } = [];

    public Uri Url { get; private init; } = null!;

    public Interest Interest { get; private init; } = Interest.All;

    /// <summary>The interest as it was asked for, to be stored and shown.</summary>
    public string InterestJson { get; private init; } = "";

    public WebhookFormat Format { get; private init; }

    /// <summary>Null where one is to be made.</summary>
    public byte[]? Secret { get; private init; }

    /// <summary>Reads a body, finding every problem at once.</summary>
    public static SubscriptionRequest Read(ReadOnlyMemory<byte> body, TargetPolicy policy)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 8 });
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement, policy) : Wrong("The body is not a JSON object.");
        }
        catch (JsonException e)
        {
            return Wrong($"The body is not JSON: {e.Message}");
        }
    }

    /// <summary>Reads an interest that was stored.</summary>
    public static Interest ReadInterest(string stored)
    {
        using var json = JsonDocument.Parse(stored);
        return ReadInterest(json.RootElement).Interest;
    }

    private static SubscriptionRequest Read(JsonElement body, TargetPolicy policy)
    {
        var problems = new List<string>();
        problems.AddRange(body.EnumerateObject().Where(static p => !Known.Contains(p.Name)).Select(static p => $"'{p.Name}' is not known; there are {string.Join(", ", Known)}."));
        Uri? url = null;
        if (Text(body, "url", problems) is not { } address)
            problems.Add("url is missing: where to send alerts.");
        else if (policy.Check(address, out url) is { } wrong)
            problems.Add(wrong);
        var interest = ReadInterest(body);
        problems.AddRange(interest.Problems);
        var format = WebhookFormat.CloudEvents;
        switch (Text(body, "format", problems))
        {
            case null or "cloudevents":
                break;
            case "cap":
                format = WebhookFormat.Cap;
                break;
            default:
                problems.Add("format is cloudevents or cap.");
                break;
        }

        byte[]? secret = null;
        if (Text(body, "secret", problems) is { } given && !WebhookSecret.TryParse(given, out secret))
            problems.Add("secret is not whsec_ and the base64 of 24 to 64 bytes. Leave it out to be given one.");
        return problems.Count > 0 ? new SubscriptionRequest { Problems = problems } : new SubscriptionRequest { Url = url!, Interest = interest.Interest, InterestJson = Write(body), Format = format, Secret = secret };
    }

    private static InterestReader ReadInterest(JsonElement body)
    {
        var reader = new InterestReader();
        foreach (var point in Texts(body, "point", reader.Problems))
            reader.AddPoint(point);
        foreach (var area in Texts(body, "area", reader.Problems))
            reader.AddArea(area);
        foreach (var geocode in Texts(body, "geocode", reader.Problems))
            reader.AddGeocode(geocode);
        if (Text(body, "severity", reader.Problems) is { } severity)
            reader.SetSeverity(severity);
        return reader;
    }

    private static string? Text(JsonElement body, string name, List<string> problems)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        problems.Add($"{name} must be a text.");
        return null;
    }

    /// <summary>One text, or a list of texts.</summary>
    private static IEnumerable<string> Texts(JsonElement body, string name, List<string> problems)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        if (value.ValueKind == JsonValueKind.String)
            return [value.GetString()!];
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static v => v.ValueKind == JsonValueKind.String))
            return value.EnumerateArray().Select(static v => v.GetString()!);
        problems.Add($"{name} must be a text or a list of texts.");
        return [];
    }

    private static string Write(JsonElement body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, AlertDocument.Options))
        {
            json.WriteStartObject();
            foreach (var property in body.EnumerateObject().Where(static p => p.Name is "point" or "area" or "geocode" or "severity"))
                property.WriteTo(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static SubscriptionRequest Wrong(string problem) => new() { Problems = [problem] };
}
