using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Banyan.Cli.Output;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan console</c>: a link into the console for whoever may read the data folder, without an account.</summary>
internal sealed class ConsoleVerb : Verb
{
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public ConsoleVerb()
        : base("console", "Prints a link into the console, good once and for two minutes")
    {
        Add(_data);
        Add(_format);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples => [("banyan console", "open what it prints in a browser on this machine"), ("xdg-open $(banyan console)", "the same at once")];

    protected override Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data)?.WithOperatorKey(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`, or name its folder with --data");
        var address = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{platform.EntryPort}/");
        var now = context.Time.GetUtcNow();
        if (platform.AsksCallers)
            address += $"console/enter?code={ConsoleCode.Create(platform.Credential ?? throw new CommandFailure($"{OperatorKey.PathIn(data)} can't be read: run as whoever runs the platform, or sign in with an account at {address}"), now)}";
        if (input.GetValue(_format) == OutputFormat.Json)
            WriteJson(context.Terminal, address, platform.AsksCallers ? now + ConsoleCode.Life : null);
        else
            context.Terminal.Out.WriteLine(address);
        return Task.FromResult(ExitCode.Holds);
    }

    private static void WriteJson(Terminal terminal, string address, DateTimeOffset? ends)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("address"u8, address);
            if (ends is { } end)
                json.WriteString("ends_at"u8, end);
            json.WriteEndObject();
        }

        terminal.Out.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
