using System.CommandLine;
using Banyan.Cli.Output;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Cli.Verbs;

/// <summary><c>banyan down</c>: stops a running platform; its data stays.</summary>
internal sealed class DownVerb : Verb
{
    private readonly Option<string?> _data = VerbOptions.Data();
    private readonly Option<OutputFormat> _format = VerbOptions.Format();

    public DownVerb()
        : base("down", "Stops the running platform; its data stays, and `up` continues it")
    {
        Add(_data);
        Add(_format);
    }

    public override IReadOnlyList<(string Command, string Does)> Examples =>
    [
        ("banyan down", "stops the platform in the default data folder"),
        ("banyan down --data /srv/sankofa", "another one"),
    ];

    protected override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var terminal = context.Terminal;
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data);
        var began = context.Time.GetTimestamp();
        var ran = platform is not null && await new PlatformStopper(data, terminal.Error.WriteLine, context.Time).StopAsync(platform, cancellationToken);
        if (input.GetValue(_format) == OutputFormat.Json)
            terminal.Out.WriteLine(DownJson.Write(platform?.Platform, data.Root, ran));
        else if (ran)
            terminal.Out.WriteLine(FormattableString.Invariant($"{platform!.Platform} is stopped, in {context.Time.GetElapsedTime(began).TotalSeconds:0.0} s; its data stays in {data.Root}"));
        else
            terminal.Out.WriteLine($"nothing runs in {data.Root}");
        return ExitCode.Holds;
    }
}
