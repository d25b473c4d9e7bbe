using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Climate.Queries;
using Banyan.Services.Climate.Rollups;

namespace Banyan.Services.Climate.Rules;

/// <summary>Makes the journal event by which a rule asks for an alert (topic <c>alerts.requested</c>, type <c>banyan.alert.requested.v1</c>). Pure.</summary>
internal static class AlertRequest
{
    /// <summary>The type of the event.</summary>
    public const string Type = "banyan.alert.requested.v1";

    /// <summary>Makes it.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="series">The series that it fired for.</param>
    /// <param name="value">The value that it fired with.</param>
    /// <param name="readings">What the value was made from.</param>
    /// <param name="now">When.</param>
    public static JournalEvent Create(Rule rule, FoundSeries series, double value, in Aggregate readings, DateTimeOffset now)
    {
        var alert = rule.Definition.Alert!;
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("rule"u8, rule.Name);
            json.WriteString("event"u8, alert.Event);
            json.WriteString("category"u8, alert.Category);
            json.WriteString("urgency"u8, alert.Urgency);
            json.WriteString("severity"u8, alert.Severity);
            json.WriteString("certainty"u8, alert.Certainty);
            json.WriteString("headline"u8, Fill(alert.Headline, rule, series, value));
            json.WriteString("description"u8, Fill(alert.Description, rule, series, value));
            json.WriteString("instruction"u8, Fill(alert.Instruction, rule, series, value));
            if (rule.Expires is { } expires)
                json.WriteString("expires"u8, (now + expires).ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            if (alert.Area is { } area)
            {
                json.WriteStartObject("area"u8);
                json.WriteString("description"u8, area.Description);
                json.WriteString("circle"u8, area.Circle);
                json.WriteString("polygon"u8, area.Polygon);
                json.WriteEndObject();
            }

            json.WriteString("source"u8, ClimateService.ServiceName);
            WriteEvidence(json, rule, series, value, readings);
            json.WriteEndObject();
        }

        return new JournalEvent
        {
            Topic = ClimateTopics.AlertsRequested,
            Type = Type,
            Subject = rule.Name,
            Data = Encoding.UTF8.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length)),
        };
    }

    private static void WriteEvidence(Utf8JsonWriter json, Rule rule, FoundSeries series, double value, in Aggregate readings)
    {
        json.WriteStartObject("evidence"u8);
        json.WriteString("bucket"u8, series.Bucket);
        json.WriteString("measurement"u8, series.Measurement);
        json.WritePropertyName("tags"u8);
        json.WriteRawValue(series.Tags);
        json.WriteString("field"u8, rule.Field);
        json.WriteString("function"u8, rule.Definition.Function);
        json.WriteString("window"u8, rule.Definition.Window);
        json.WriteString("comparison"u8, rule.Definition.Comparison);
        json.WriteNumber("threshold"u8, rule.Threshold);
        json.WriteNumber("value"u8, value);
        json.WriteNumber("readings"u8, readings.Count);
        json.WriteString("first"u8, Timestamps.Format(readings.FirstTime));
        json.WriteString("last"u8, Timestamps.Format(readings.LastTime));
        json.WriteEndObject();
    }

    private static string? Fill(string? text, Rule rule, FoundSeries series, double value)
    {
        if (text is null || !text.Contains('{', StringComparison.Ordinal))
            return text;
        text = text.Replace("{value}", Short(value), StringComparison.Ordinal)
            .Replace("{threshold}", Short(rule.Threshold), StringComparison.Ordinal)
            .Replace("{window}", rule.Definition.Window, StringComparison.Ordinal)
            .Replace("{rule}", rule.Name, StringComparison.Ordinal);
        using var tags = JsonDocument.Parse(series.Tags);
        foreach (var tag in tags.RootElement.EnumerateObject())
            text = text.Replace($"{{tag.{tag.Name}}}", tag.Value.GetString(), StringComparison.Ordinal);
        return text;
    }

    private static string Short(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
