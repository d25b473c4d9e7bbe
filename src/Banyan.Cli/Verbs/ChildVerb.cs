using System.CommandLine;
using Banyan.Cli.Certificates;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Cli.Verbs;

/// <summary>A verb that the supervisor runs as its child: not in the help text, ends with its supervisor, logs JSON lines to stderr.</summary>
internal abstract class ChildVerb : Verb
{
    private readonly Option<string?> _data = VerbOptions.Data();

    protected ChildVerb(string name, string description)
        : base(name, description)
    {
        Hidden = true;
        Add(_data);
    }

    protected sealed override async Task<ExitCode> RunAsync(ParseResult input, VerbContext context, CancellationToken cancellationToken)
    {
        var data = new DataFolder(input.GetValue(_data) ?? DataFolder.DefaultPath());
        var platform = PlatformStateFile.Read(data) ?? throw new CommandFailure($"no platform in {data.Root}: start one with `banyan up`");
        using var lifetime = new ChildLifetime(cancellationToken);
        using var log = new LinkLog(context.Time);
        if (ProcessOf(input) is { } process)
            platform = platform.Join(data, process, context.Time, log.Write);
        using var links = platform.Links;
        return await RunAsync(input, data, platform, context, lifetime.Stopping);
    }

    /// <summary>The process' name among the platform's, by which its certificate is found; null where it needs none.</summary>
    protected abstract string? ProcessOf(ParseResult input);

    /// <summary>Serves until asked to stop, drains, and returns.</summary>
    protected abstract Task<ExitCode> RunAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping);
}
