using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Engines.Credentials.Checking;

namespace Banyan.Cli.Credentials;

/// <summary>What came of a check, for people and for programs.</summary>
internal static class CredentialReportText
{
    public static void Write(CredentialReport report, Terminal terminal)
    {
        terminal.Out.WriteLine(report.Holds ? terminal.Paint("holds", Ink.Green) : terminal.Paint("does not hold", Ink.Red));
        foreach (var problem in report.Problems)
            terminal.Out.WriteLine($"  {problem.Code}: {problem.Message}");
        foreach (var facts in report.Credentials)
        {
            terminal.Out.WriteLine($"  {Plain(string.Join(", ", facts.Types.Where(static t => t != "VerifiableCredential")))} by {facts.Issuer}, key {Plain(facts.KeyId[(facts.KeyId.IndexOf('#') + 1)..])}");
            if (facts.Holder is not null)
                terminal.Out.WriteLine($"    bound to {Plain(facts.Holder)}");
            else if (!facts.Subject.TryGetProperty("id", out _)) // else it is about a thing
                terminal.Out.WriteLine("    bound to no key: that somebody shows it proves nothing of them");
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    valid from {facts.ValidFrom:u} until {facts.ValidUntil:u}{(facts.HasStatus ? "" : "; its status is not known")}"));
            terminal.Out.WriteLine($"    says {Plain(facts.Subject.GetRawText())}");
        }
    }

    public static string ToJson(CredentialReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteBoolean("holds"u8, report.Holds);
            json.WriteStartArray("problems"u8);
            foreach (var problem in report.Problems)
            {
                json.WriteStartObject();
                json.WriteString("code"u8, problem.Code);
                json.WriteString("message"u8, problem.Message);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("credentials"u8);
            foreach (var facts in report.Credentials)
                Write(json, facts);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, CredentialFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("issuer"u8, facts.Issuer);
        json.WriteString("key"u8, facts.KeyId);
        json.WriteStartArray("types"u8);
        foreach (var type in facts.Types)
            json.WriteStringValue(type);
        json.WriteEndArray();
        json.WriteString("id"u8, facts.Id);
        json.WriteString("holder"u8, facts.Holder);
        Write(json, "valid_from", facts.ValidFrom);
        Write(json, "valid_until", facts.ValidUntil);
        json.WriteBoolean("has_status"u8, facts.HasStatus);
        json.WritePropertyName("claims"u8);
        facts.Subject.WriteTo(json);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? at)
    {
        if (at is { } moment)
            json.WriteString(name, moment);
        else
            json.WriteNull(name);
    }

    /// <summary>What a stranger wrote, for a terminal: nothing that steers it.</summary>
    private static string Plain(string text) => new([.. (text.Length <= 2000 ? text : text[..2000] + "…").Select(static c => char.IsControl(c) ? ' ' : c)]);
}
