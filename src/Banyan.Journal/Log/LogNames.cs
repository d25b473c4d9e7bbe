using System.Globalization;

namespace Banyan.Journal.Log;

/// <summary>What logs and those who sign them are called. Key names of C2SP's signed notes: no spaces, no plus.</summary>
public static class LogNames
{
    /// <summary>The log over a partition's journal, and the name that its checkpoints are signed under: <c>banyan/kai/east-africa</c>.</summary>
    public static string Origin(string platform, string partition) => $"banyan/{platform}/{partition}";

    /// <summary>As many logs a partition can have had, one after the other.</summary>
    public const int MostGenerations = 99;

    /// <summary>The log that follows when one was halted and can't be continued: <c>banyan/kai/east-africa/2</c>; the first has the plain name.</summary>
    public static string OfGeneration(string origin, int generation) => generation == 1 ? origin : string.Create(CultureInfo.InvariantCulture, $"{origin}/{generation}");

    /// <summary>The first log's name, and which one this is, where it is a name that <see cref="OfGeneration"/> makes; else the name itself, and 1. Pure.</summary>
    public static (string First, int Generation) Split(string origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var slash = origin.LastIndexOf('/');
        return slash > 0 && int.TryParse(origin.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) && generation is > 1 and <= MostGenerations && origin[slash + 1] != '0'
            ? (origin[..slash], generation)
            : (origin, 1);
    }

    /// <summary>Whether an origin is the first log's, or that of one that follows it. Pure.</summary>
    public static bool IsOf(string first, string origin) => origin == first || (Split(origin) is (var followed, > 1) && followed == first);

    /// <summary>The name that a region's witness signs under: <c>banyan/kai/east-africa/witness</c>.</summary>
    public static string Witness(string platform, string region) => $"banyan/{platform}/{region}/witness";
}
