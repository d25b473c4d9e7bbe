using System.CommandLine;
using Banyan.Control.Platform;

namespace Banyan.Cli.Verbs;

/// <summary>A child that belongs to one region.</summary>
internal abstract class RegionVerb : ChildVerb
{
    private readonly Option<string> _region = new("--region") { Description = "The region's name", HelpName = "REGION", Required = true };

    protected RegionVerb(string name, string description)
        : base(name, description) => Add(_region);

    protected sealed override Task<ExitCode> RunAsync(ParseResult input, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping)
    {
        var name = input.GetRequiredValue(_region);
        var region = platform.FindRegion(name) ?? throw new CommandFailure($"platform {platform.Platform} has no region '{name}': it has {string.Join(", ", platform.Regions.Select(static r => r.Name))}");
        return RunAsync(region, data, platform, context, stopping);
    }

    /// <inheritdoc/>
    protected sealed override string ProcessOf(ParseResult input) => $"{Name}-{input.GetRequiredValue(_region)}";

    /// <summary>Serves until asked to stop, drains, and returns.</summary>
    protected abstract Task<ExitCode> RunAsync(RegionState region, DataFolder data, PlatformState platform, VerbContext context, CancellationToken stopping);
}
