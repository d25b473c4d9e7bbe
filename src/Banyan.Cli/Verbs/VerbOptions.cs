using System.CommandLine;
using Banyan.Cli.Output;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary>Options that several verbs share, so that they are the same everywhere.</summary>
internal static class VerbOptions
{
    /// <summary><c>--format text|json</c>.</summary>
    public static Option<OutputFormat> Format()
    {
        var option = new Option<OutputFormat>("--format")
        {
            Description = "How to answer: text for people, json for programs (alone on stdout)",
            HelpName = "text|json",
            CustomParser = static result => result.Tokens is [{ Value: var value }] ? Parse(value, result) : OutputFormat.Text,
        };
        option.CompletionSources.Add("text", "json");
        return option;
    }

    /// <summary><c>--data DIR</c>; see <see cref="DataFolder.DefaultPath"/>.</summary>
    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder that holds the platform's databases and state (default: $BANYAN_DATA, else /var/lib/banyan as root, else ~/.local/state/banyan)",
        HelpName = "DIR",
    };

    private static OutputFormat Parse(string value, System.CommandLine.Parsing.ArgumentResult result)
    {
        switch (value)
        {
            case "text": return OutputFormat.Text;
            case "json": return OutputFormat.Json;
            default:
                result.AddError($"--format takes text or json, not '{value}'");
                return default;
        }
    }
}
