using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Blueprints;

namespace Banyan.Cli.Check;

/// <summary>What <c>check</c> found, as other programs read it; fields may be added, never renamed (DESIGN: JSON that other programs rely on).</summary>
internal sealed record CheckReport(string Blueprint, string File, int Errors, int Warnings, int Notes, int Rules, IReadOnlyList<CheckFinding> Findings)
{
    public static CheckReport Of(string blueprint, string file, int rules, IReadOnlyList<Finding> findings) => new(
        blueprint,
        file,
        findings.Count(f => f.Severity == Severity.Error),
        findings.Count(f => f.Severity == Severity.Warning),
        findings.Count(f => f.Severity == Severity.Info),
        rules,
        [.. findings.Select(f => new CheckFinding(f.Rule, f.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "info" }, f.Path, f.Line, f.Column, f.Message, f.Hint))]);

    /// <summary><c>9 errors, 1 warning</c>.</summary>
    [JsonIgnore]
    public string Summary => string.Join(", ", new[] { Counted(Errors, "error"), Counted(Warnings, "warning"), Notes > 0 ? Counted(Notes, "note") : null }.OfType<string>());

    private static string Counted(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}

/// <summary>One finding; see <see cref="Finding"/>. Severity is <c>error</c>, <c>warning</c> or <c>info</c>.</summary>
internal sealed record CheckFinding(string Rule, string Severity, string Path, int Line, int Column, string Message, string? Hint);

[JsonSerializable(typeof(CheckReport))]
internal sealed partial class CheckJson : JsonSerializerContext
{
    /// <summary>Characters beyond ASCII as they are, for people who read it; it is never put into HTML.</summary>
    public static CheckJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
