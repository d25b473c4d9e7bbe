using System.Collections.Immutable;
using Banyan.Blueprints.Reading;
using Banyan.Control.Platform;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Running;

namespace Banyan.Cli.Names;

/// <summary>A platform's routing policies: what its blueprint says, for the regions that run.</summary>
internal static class PlatformPolicies
{
    /// <summary>What can be chosen: the regions, in their order.</summary>
    public static ImmutableArray<PolicyTarget> TargetsOf(PlatformState platform) =>
    [
        .. platform.Regions.Select(static r => new PolicyTarget(r.Name)
        {
            At = r is { Latitude: { } latitude, Longitude: { } longitude } ? new GeoPoint(latitude, longitude) : null,
            Country = CountryCode.TryParse(r.Jurisdiction, out var country) ? country : default,
        }),
    ];

    /// <summary>Where a front door has its policies from.</summary>
    public static PolicySource SourceOf(PlatformState platform, DataFolder data)
    {
        var targets = TargetsOf(platform);
        return new PolicySource
        {
            Targets = targets,
            Load = () =>
            {
                var notes = ImmutableArray.CreateBuilder<string>();
                return new LoadedPolicies(Read(data, targets, notes), Places(data, notes), notes.ToImmutable());
            },
        };
    }

    /// <summary>The blueprint's policies; where it can't be read, the nearest region, and that is said.</summary>
    public static PolicySet Read(DataFolder data, ImmutableArray<PolicyTarget> targets, ImmutableArray<string>.Builder notes)
    {
        if (BlueprintReader.Read(data.BlueprintFile).Blueprint is { } blueprint)
        {
            var set = BlueprintPolicies.Read(blueprint, targets, out var left);
            notes.AddRange(left);
            return set;
        }

        notes.Add($"{data.BlueprintFile} can't be read: clients go to the nearest region");
        return BlueprintPolicies.Nearest(targets);
    }

    private static PlaceTable Places(DataFolder data, ImmutableArray<string>.Builder notes)
    {
        if (!File.Exists(data.NetworksFile))
            return PlaceTable.Empty;
        try
        {
            var places = PlaceFile.Read(File.ReadLines(data.NetworksFile), out var problems);
            notes.AddRange(problems.Select(p => $"{data.NetworksFile}: {p}"));
            return places;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notes.Add($"{data.NetworksFile} can't be read, so nobody knows where clients are: {e.Message}");
            return PlaceTable.Empty;
        }
    }
}
